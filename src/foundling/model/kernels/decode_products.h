// Products of a packed matrix with the inputs of up to 16 positions: panels of weights and arranged inputs flow in, sums
// flow out. Included by decode.cpp; it knows no model.
//
// Weights lie in panels of 64 rows in the order in which they are read, 16 rows a vector, and each position's input is
// broadcast over them. No sum is ever taken across a vector, and every output adds its products in one order, however
// many positions come together and however many threads there are.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace {

constexpr int LANES = 16, GROUPS = 4, PANEL = LANES * GROUPS, BLOCK = 32, MOST = 16;
enum Kind { FLOAT32, BFLOAT16, INT8 };

typedef float Floats __attribute__((vector_size(64)));
typedef int32_t Ints __attribute__((vector_size(64)));
typedef uint32_t Words __attribute__((vector_size(64)));
typedef uint16_t Halves __attribute__((vector_size(32)));

template <class Vector> inline Vector load(const void* from) {
  Vector vector;
  std::memcpy(&vector, from, sizeof vector);
  return vector;
}

template <class Vector> inline void store(void* to, Vector vector) { std::memcpy(to, &vector, sizeof vector); }

inline Floats widen(const float* from) { return load<Floats>(from); }
inline Floats widen(const uint16_t* from) {
#if defined(__AVX512F__)
  return (Floats)((Words)_mm512_cvtepu16_epi32((__m256i)load<Halves>(from)) << 16);
#else
  return (Floats)(__builtin_convertvector(load<Halves>(from), Words) << 16);
#endif
}
inline float widen_one(uint16_t half) {
  uint32_t word = uint32_t(half) << 16;
  float value;
  std::memcpy(&value, &word, 4);
  return value;
}
inline void narrow(float value, float* to) { *to = value; }
inline void narrow(float value, uint16_t* to) {  // to the nearest bfloat16, ties to even
  uint32_t word;
  std::memcpy(&word, &value, 4);
  *to = uint16_t((word + 0x7fff + ((word >> 16) & 1)) >> 16);
}

// e^x to about one unit in the last place, for x <= 0 or small; below -87 it is about 1e-38.
inline Floats exponential(Floats x) {
  const Floats low = Floats{} - 87.0f, high = Floats{} + 88.0f;
  x = x < low ? low : x;
  x = x > high ? high : x;
  const Floats shift = Floats{} + 12582912.0f;  // adding 1.5 * 2^23 rounds to a whole number
  const Floats turns = (x * 1.44269504f + shift) - shift;
  const Floats rest = x - turns * 0.693145752f - turns * 1.42860677e-6f;
  Floats sum = rest * 1.9875691e-4f + 1.3981999e-3f;
  sum = sum * rest + 8.3334519e-3f;
  sum = sum * rest + 4.1665796e-2f;
  sum = sum * rest + 1.6666665e-1f;
  sum = sum * rest + 5.0000001e-1f;
  sum = sum * rest * rest + rest + 1.0f;
  return (Floats)((Ints)sum + (__builtin_convertvector(turns, Ints) << 23));
}

template <class Number> inline void fetch(const Number* from, int64_t numbers) {
  for (size_t at = 0; at < numbers * sizeof(Number); at += 64) __builtin_prefetch((const char*)from + at);
}

struct Matrix {
  const void* values;
  const uint16_t* scales;
  int64_t rows, inner;
};

// What a matrix is multiplied with, arranged so that the inputs of all positions at one place lie together.
struct Input {
  std::vector<float> floats, scale;
  std::vector<int32_t> quads, offset;  // four 8-bit inputs a word; -128 times the sum of a block
};

inline int64_t padded(int64_t size, int64_t step) { return (size + step - 1) / step * step; }
inline int64_t inner_step(int kind) { return kind == INT8 ? BLOCK : kind == BFLOAT16 ? 2 : 1; }

inline void put(Floats sum, float* to, int64_t left, bool add) {
  if (left >= LANES) {
    store(to, add ? sum + load<Floats>(to) : sum);
  } else {
    for (int64_t lane = 0; lane < left; lane++) to[lane] = add ? to[lane] + sum[lane] : sum[lane];
  }
}

// The products of one panel with `C` of `N` positions, `G` groups of 16 rows at a time, so that all sums stay in
// registers.
template <int N, int C, int G>
void panel_float32(const float* w, int64_t inner, const float* x, float* y, int64_t stride, int64_t left, bool add) {
  for (int group = 0; group < GROUPS; group += G) {
    Floats sums[C][G] = {};
    for (int64_t k = 0; k < inner; k++) {
#pragma GCC unroll 4
      for (int g = 0; g < G; g++) {
        const Floats row = load<Floats>(w + k * PANEL + (group + g) * LANES);
#pragma GCC unroll 16
        for (int c = 0; c < C; c++) sums[c][g] += row * x[k * N + c];
      }
    }
    for (int c = 0; c < C; c++)
      for (int g = 0; g < G; g++)
        put(sums[c][g], y + c * stride + (group + g) * LANES, left - (group + g) * LANES, add);
  }
}

template <int N, int C, int G>
void panel_bfloat16(const uint16_t* w, int64_t inner, const float* x, float* y, int64_t stride, int64_t left,
                    bool add) {
  for (int group = 0; group < GROUPS; group += G) {
    Floats sums[C][G] = {};
    for (int64_t k = 0; k < inner; k += 2) {
#pragma GCC unroll 4
      for (int g = 0; g < G; g++) {
        const Words both = load<Words>(w + k * PANEL + (group + g) * LANES * 2);
        const Floats first = (Floats)(both << 16), second = (Floats)(both & 0xffff0000u);
#pragma GCC unroll 16
        for (int c = 0; c < C; c++) {
          sums[c][g] += first * x[k * N + c];
          sums[c][g] += second * x[(k + 1) * N + c];
        }
      }
    }
    for (int c = 0; c < C; c++)
      for (int g = 0; g < G; g++)
        put(sums[c][g], y + c * stride + (group + g) * LANES, left - (group + g) * LANES, add);
  }
}

// Adds to each of 16 rows the product of its four unsigned bytes with the four signed ones of `quad`.
inline Ints dot_quads(Ints sum, const uint8_t* w, int32_t quad) {
#if defined(__AVX512VNNI__) && defined(__AVX512BW__)
  return (Ints)_mm512_dpbusd_epi32((__m512i)sum, _mm512_loadu_si512(w), _mm512_set1_epi32(quad));
#else
  int8_t x[4];
  std::memcpy(x, &quad, 4);
  for (int lane = 0; lane < LANES; lane++)
    for (int k = 0; k < 4; k++) sum[lane] += int32_t(w[lane * 4 + k]) * x[k];
  return sum;
#endif
}

template <int N, int C, int G>
void panel_int8(const uint8_t* w, const uint16_t* scales, int64_t inner, const Input& in, int first, float* y,
                int64_t stride, int64_t left, bool add) {
  const int32_t* quads = in.quads.data() + first;
  for (int group = 0; group < GROUPS; group += G) {
    Floats sums[C][G] = {};
    for (int64_t block = 0; block < inner / BLOCK; block++) {
#pragma GCC unroll 4
      for (int g = 0; g < G; g++) {
        Ints whole[C];
#pragma GCC unroll 8
        for (int c = 0; c < C; c++) whole[c] = Ints{} + in.offset[block * N + first + c];
#pragma GCC unroll 8
        for (int j = 0; j < BLOCK / 4; j++) {
          const uint8_t* rows = w + ((block * GROUPS + group + g) * (BLOCK / 4) + j) * LANES * 4;
#pragma GCC unroll 8
          for (int c = 0; c < C; c++) whole[c] = dot_quads(whole[c], rows, quads[(block * (BLOCK / 4) + j) * N + c]);
        }
        const Floats scale = widen(scales + block * PANEL + (group + g) * LANES);
#pragma GCC unroll 8
        for (int c = 0; c < C; c++)
          sums[c][g] += __builtin_convertvector(whole[c], Floats) * (scale * in.scale[block * N + first + c]);
      }
    }
    for (int c = 0; c < C; c++)
      for (int g = 0; g < G; g++)
        put(sums[c][g], y + c * stride + (group + g) * LANES, left - (group + g) * LANES, add);
  }
}

template <int N, int G> void panel(const Matrix& m, int kind, int64_t number, const Input& in, float* y,
                                   int64_t stride, bool add) {
  const int64_t inner = padded(m.inner, inner_step(kind)), start = number * inner * PANEL;
  const int64_t left = m.rows - number * PANEL;
  y += number * PANEL;
  if (kind == FLOAT32) {
    panel_float32<N, N, G>((const float*)m.values + start, inner, in.floats.data(), y, stride, left, add);
  } else if (kind == BFLOAT16) {
    panel_bfloat16<N, N, G>((const uint16_t*)m.values + start, inner, in.floats.data(), y, stride, left, add);
  } else {
    constexpr int C = N < 8 ? N : 8, H = N <= 2 ? G : N == 4 ? 2 : 1;  // two registers a sum: half as many at once
    for (int first = 0; first < N; first += C)
      panel_int8<N, C, H>((const uint8_t*)m.values + start, m.scales + start / BLOCK, inner, in, first,
                          y + first * stride, stride, left, add);
  }
}

// y[c] (+)= m x[c] for `n` arranged positions (1, 2, 4, 8 or 16), shared among the threads of the region around it.
void multiply(const Matrix& m, int kind, const Input& in, int n, float* y, int64_t stride, bool add) {
  const int64_t panels = (m.rows + PANEL - 1) / PANEL;
#pragma omp for schedule(static)
  for (int64_t number = 0; number < panels; number++) {
    switch (n) {
      case 1: panel<1, 4>(m, kind, number, in, y, stride, add); break;
      case 2: panel<2, 4>(m, kind, number, in, y, stride, add); break;
      case 4: panel<4, 4>(m, kind, number, in, y, stride, add); break;
      case 8: panel<8, 2>(m, kind, number, in, y, stride, add); break;
      default: panel<16, 1>(m, kind, number, in, y, stride, add);
    }
  }
}

int together(int64_t count) { return count <= 1 ? 1 : count <= 2 ? 2 : count <= 4 ? 4 : count <= 8 ? 8 : 16; }

void clear(Input& in, int64_t inner, int n) {
  const int64_t size = padded(inner, BLOCK) * n;
  in.floats.assign(size, 0.0f);
  in.scale.assign(size / BLOCK, 0.0f);
  in.quads.assign(size / 4, 0);
  in.offset.assign(size / BLOCK, 0);
}

// Position c's input x, whose padding is zero, into its places. 8-bit: a scale for 32 inputs, as the weights have.
void arrange(Input& in, int kind, const float* x, int64_t inner, int c, int n) {
  inner = padded(inner, inner_step(kind));
  if (kind != INT8) {
    for (int64_t k = 0; k < inner; k++) in.floats[k * n + c] = x[k];
    return;
  }
  for (int64_t block = 0; block < inner / BLOCK; block++, x += BLOCK) {
    float largest = 0.0f;
    for (int k = 0; k < BLOCK; k++) largest = std::max(largest, std::fabs(x[k]));
    const float inverse = largest > 0.0f ? 127.0f / largest : 0.0f;
    int8_t rounded[BLOCK];
    int32_t sum = 0;
    for (int k = 0; k < BLOCK; k++) {
      const int32_t value = int32_t(x[k] * inverse + (x[k] < 0.0f ? -0.5f : 0.5f));
      rounded[k] = int8_t(value);
      sum += value;
    }
    for (int j = 0; j < BLOCK / 4; j++) std::memcpy(&in.quads[(block * (BLOCK / 4) + j) * n + c], rounded + 4 * j, 4);
    in.scale[block * n + c] = largest / 127.0f;
    in.offset[block * n + c] = -128 * sum;
  }
}

void normalise(const float* x, const float* weight, int64_t width, float eps, float* y) {
  Floats squares = {};
  const int64_t size = padded(width, PANEL);
  for (int64_t k = 0; k < size; k += LANES) squares += load<Floats>(x + k) * load<Floats>(x + k);
  float sum = 0.0f;
  for (int lane = 0; lane < LANES; lane++) sum += squares[lane];
  const float factor = 1.0f / std::sqrt(sum / float(width) + eps);
  for (int64_t k = 0; k < size; k += LANES) store(y + k, load<Floats>(x + k) * factor * load<Floats>(weight + k));
}

}  // namespace
