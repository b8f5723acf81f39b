// Vectors of floats that compile on every processor gcc and clang know, and are AVX-512 where that is there:
// loads and stores of float32 and bfloat16, 2 to a power, sums. Included by the training kernels; nothing else is in here.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#if defined(__AVX512F__)
#include <immintrin.h>
#endif
#if defined(__AVX512BF16__)
#define NATIVE_BFLOAT16 1
#endif

#if defined(__AVX512F__)
constexpr int LANES = 16;
#else
constexpr int LANES = 8;
#endif
typedef float floats __attribute__((vector_size(4 * LANES)));
typedef int32_t ints __attribute__((vector_size(4 * LANES)));
typedef uint32_t bits __attribute__((vector_size(4 * LANES)));
typedef uint16_t halves __attribute__((vector_size(2 * LANES)));

struct bfloat16 {
    uint16_t bits;
};

static inline floats all(float x) { return x - floats{}; }

static inline floats load(const float* from) {
    floats x;
    std::memcpy(&x, from, sizeof x);
    return x;
}

static inline floats load(const bfloat16* from) {
    halves h;
    std::memcpy(&h, from, sizeof h);
    return (floats)(__builtin_convertvector(h, bits) << 16);
}

static inline void store(float* to, floats x) { std::memcpy(to, &x, sizeof x); }

static inline void store(bfloat16* to, floats x) {  // to the nearest, ties to even
#ifdef NATIVE_BFLOAT16
    __m256bh h = _mm512_cvtneps_pbh((__m512)x);
#else
    bits b = (bits)x;
    b = (b + 0x7fff + ((b >> 16) & 1)) >> 16;
    b = (bits)(x == x) & b | ~(bits)(x == x) & 0x7fc0;
    halves h = __builtin_convertvector(b, halves);
#endif
    std::memcpy(to, &h, sizeof h);
}

// The last, partial vector of a row: `count` numbers, zeros behind them; stores write no more than `count`.
template <typename T> static inline floats load(const T* from, int64_t count) {
    if (count >= LANES) return load(from);
    T whole[LANES] = {};
    std::memcpy(whole, from, count * sizeof(T));
    return load(whole);
}

template <typename T> static inline void store(T* to, floats x, int64_t count) {
    if (count >= LANES) return store(to, x);
    T whole[LANES];
    store(whole, x);
    std::memcpy(to, whole, count * sizeof(T));
}

static inline float value(float x) { return x; }
static inline float value(bfloat16 x) {
    uint32_t b = uint32_t(x.bits) << 16;
    float f;
    std::memcpy(&f, &b, sizeof f);
    return f;
}

static inline float sum(floats x) {
    float total = 0;
    for (int i = 0; i < LANES; i++) total += x[i];
    return total;
}

static inline floats larger(floats a, floats b) { return a > b ? a : b; }

static inline float largest(floats x) {
    float most = x[0];
    for (int i = 1; i < LANES; i++) most = std::max(most, x[i]);
    return most;
}

// 2 to the power x, to 1e-7 of its value; 0 below -126. The polynomial is a minimax fit on [-1/2, 1/2].
static inline floats power2(floats x) {
#if defined(__AVX512F__)
    floats whole = (floats)_mm512_roundscale_ps((__m512)x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
#else
    x = larger(x, all(-127.0f));
    floats whole = (x + 12582912.0f) - 12582912.0f;
#endif
    floats f = x - whole;
    floats y = f * 1.534571056e-04f + 1.339993090e-03f;
    y = y * f + 9.618489072e-03f;
    y = y * f + 5.550328642e-02f;
    y = y * f + 2.402264625e-01f;
    y = y * f + 6.931471825e-01f;
    y = y * f + 1.0f;
#if defined(__AVX512F__)
    return (floats)_mm512_scalef_ps((__m512)y, (__m512)whole);
#else
    return y * (floats)((__builtin_convertvector(whole, ints) + 127) << 23);
#endif
}

constexpr float LOG2_E = 1.4426950408889634f, LN_2 = 0.6931471805599453f;

static inline floats sigmoid(floats x) { return 1.0f / (1.0f + power2(x * -LOG2_E)); }
