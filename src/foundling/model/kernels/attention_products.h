// Products of small tiles in units of 32 bits, and how rows are laid out for them: numbers flow in, sums flow out. Included
// by attention.cpp; it knows no attention.
//
// A unit is one float32 or a pair of bfloat16; sums are float32.
#pragma once

#include "vectors.h"

namespace {

constexpr int64_t SIDE = 64;

template <typename T> struct Unit {  // how many numbers one 32-bit unit holds, and the product of units added to `to`
    static constexpr int64_t COUNT = 1;
    static floats multiply(floats to, uint32_t a, ints b) {
        float one;
        std::memcpy(&one, &a, 4);
        return to + one * (floats)b;
    }
};

#ifdef NATIVE_BFLOAT16
template <> struct Unit<bfloat16> {
    static constexpr int64_t COUNT = 2;
    static floats multiply(floats to, uint32_t a, ints b) {
        return (floats)_mm512_dpbf16_ps((__m512)to, (__m512bh)_mm512_set1_epi32(int(a)), (__m512bh)b);
    }
};
#endif

struct Left {  // the left matrix of a product: unit (row, inner) stands at row * row_step + inner * inner_step
    const uint32_t* units;
    int64_t row_step, inner_step;
};

template <typename T> Left natural(const T* rows, int64_t stride) {
    return {reinterpret_cast<const uint32_t*>(rows), stride / Unit<T>::COUNT, 1};
}

// ROWS x (VECTORS * LANES) sums at `to`, set or added to: left (rows x inner units) times right (inner units x columns).
template <typename T, int ROWS, int VECTORS>
inline void corner(Left left, const uint32_t* right, int64_t right_step, float* to, int64_t to_step, int64_t inner, bool add) {
    floats sums[ROWS][VECTORS];
    for (int r = 0; r < ROWS; r++)
        for (int v = 0; v < VECTORS; v++) sums[r][v] = add ? load(to + r * to_step + v * LANES) : floats{};
    for (int64_t i = 0; i < inner; i++) {
        ints b[VECTORS];
        for (int v = 0; v < VECTORS; v++) std::memcpy(&b[v], right + i * right_step + v * LANES, sizeof b[v]);
        for (int r = 0; r < ROWS; r++) {
            uint32_t a = left.units[r * left.row_step + i * left.inner_step];
            for (int v = 0; v < VECTORS; v++) sums[r][v] = Unit<T>::multiply(sums[r][v], a, b[v]);
        }
    }
    for (int r = 0; r < ROWS; r++)
        for (int v = 0; v < VECTORS; v++) store(to + r * to_step + v * LANES, sums[r][v]);
}

constexpr int TALL = 4;

template <typename T, int VECTORS>
__attribute__((noinline)) void strip(Left left, const uint32_t* right, int64_t right_step, float* to, int64_t to_step, int64_t rows, int64_t inner, bool add) {
    int64_t r = 0;
    for (; r + TALL <= rows; r += TALL) {
        corner<T, TALL, VECTORS>(left, right, right_step, to, to_step, inner, add);
        left.units += TALL * left.row_step;
        to += TALL * to_step;
    }
    for (; r < rows; r++) {
        corner<T, 1, VECTORS>(left, right, right_step, to, to_step, inner, add);
        left.units += left.row_step;
        to += to_step;
    }
}

// Columns are a multiple of LANES.
template <typename T>
void multiply(Left left, const uint32_t* right, int64_t right_step, float* to, int64_t to_step, int64_t rows, int64_t columns,
              int64_t inner, bool add) {
    int64_t c = 0;
    for (; c + 4 * LANES <= columns; c += 4 * LANES) strip<T, 4>(left, right + c, right_step, to + c, to_step, rows, inner, add);
    for (; c < columns; c += LANES) strip<T, 1>(left, right + c, right_step, to + c, to_step, rows, inner, add);
}

// Units of `rows` rows turned on their side: unit i of row r goes to i * SIDE + r; zeros where there is no row.
template <typename T> __attribute__((noinline)) void turn(const T* from, int64_t stride, int64_t rows, int64_t width, uint32_t* to) {
    Left left = natural(from, stride);
    const int64_t units = width / Unit<T>::COUNT;
    int64_t first = 0;
#if defined(__AVX512F__)
    for (; first + 16 <= units && rows == SIDE; first += 16)
        for (int64_t r = 0; r < SIDE; r += 16) {
            __m512i x[16], y[16];
            for (int i = 0; i < 16; i++) x[i] = _mm512_loadu_si512(left.units + (r + i) * left.row_step + first);
            for (int i = 0; i < 16; i += 2) {
                y[i] = _mm512_unpacklo_epi32(x[i], x[i + 1]);
                y[i + 1] = _mm512_unpackhi_epi32(x[i], x[i + 1]);
            }
            for (int i = 0; i < 16; i += 4) {
                x[i] = _mm512_unpacklo_epi64(y[i], y[i + 2]);
                x[i + 1] = _mm512_unpackhi_epi64(y[i], y[i + 2]);
                x[i + 2] = _mm512_unpacklo_epi64(y[i + 1], y[i + 3]);
                x[i + 3] = _mm512_unpackhi_epi64(y[i + 1], y[i + 3]);
            }
            for (int i = 0; i < 4; i++) {
                y[i] = _mm512_shuffle_i32x4(x[i], x[i + 4], 0x88);
                y[i + 4] = _mm512_shuffle_i32x4(x[i], x[i + 4], 0xdd);
                y[i + 8] = _mm512_shuffle_i32x4(x[i + 8], x[i + 12], 0x88);
                y[i + 12] = _mm512_shuffle_i32x4(x[i + 8], x[i + 12], 0xdd);
            }
            for (int i = 0; i < 4; i++) {
                _mm512_storeu_si512(to + (first + i) * SIDE + r, _mm512_shuffle_i32x4(y[i], y[i + 8], 0x88));
                _mm512_storeu_si512(to + (first + i + 4) * SIDE + r, _mm512_shuffle_i32x4(y[i + 4], y[i + 12], 0x88));
                _mm512_storeu_si512(to + (first + i + 8) * SIDE + r, _mm512_shuffle_i32x4(y[i], y[i + 8], 0xdd));
                _mm512_storeu_si512(to + (first + i + 12) * SIDE + r, _mm512_shuffle_i32x4(y[i + 4], y[i + 12], 0xdd));
            }
        }
#endif
    for (int64_t i = first; i < units; i++)
        for (int64_t r = 0; r < SIDE; r++) to[i * SIDE + r] = r < rows ? left.units[r * left.row_step + i] : 0;
}

// Rows laid so that their place can be the inner one of a product: a unit is a column of COUNT rows; padded with zeros.
__attribute__((noinline)) void lay(const float* from, int64_t stride, int64_t rows, int64_t width, int64_t padded, uint32_t* to) {
    for (int64_t r = 0; r < SIDE; r++, to += padded) {
        int64_t copied = r < rows ? width : 0;
        std::memcpy(to, from + r * stride, copied * 4);
        std::memset(to + copied, 0, (padded - copied) * 4);
    }
}

#ifdef NATIVE_BFLOAT16
__attribute__((noinline)) void lay(const bfloat16* from, int64_t stride, int64_t rows, int64_t width, int64_t padded, uint32_t* to) {
    for (int64_t r = 0; r < SIDE; r += 2, to += padded) {
        const bfloat16 *low = from + r * stride, *high = low + stride;
        for (int64_t c = 0; c < padded; c += LANES) {
            bits x{}, y{};
            if (r < rows && c < width) x = (bits)load(low + c, width - c) >> 16;
            if (r + 1 < rows && c < width) y = (bits)load(high + c, width - c);
            x |= y;
            std::memcpy(to + c, &x, sizeof x);
        }
    }
}

// Two keys' vectors as units of key pairs, which is how a product reads them with the key inside.
inline void store_pair(uint32_t* to, floats low, floats high) {
    bits units = (bits)_mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)low)) |
                 (bits)_mm512_slli_epi32(_mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)high)), 16);
    std::memcpy(to, &units, sizeof units);
}
#endif

}  // namespace
