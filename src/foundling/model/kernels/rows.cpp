// What a decoder does row by row between its matrix products: norms with what is added to the stream before them,
// QK-norm with rotary positions, SwiGLU, cross-entropy; each with its gradient. One row is read from memory once.
//
// Arithmetic is float32 whatever the numbers are stored as. Sums over rows (gradients of norm weights) are taken in
// PARTS fixed stretches and then in order, so that the number of threads changes no bit.

#include "vectors.h"

namespace {

constexpr int PARTS = 32;

// Two rounds of multiply and shift of one row's columns: uniform 32-bit numbers (constants of Wellons' lowbias32).
bits scattered(uint32_t row_seed, int64_t column) {
    bits x;
    for (int i = 0; i < LANES; i++) x[i] = uint32_t(column + i);
    x = x * 0x9e3779b9u + row_seed;
    x ^= x >> 16;
    x *= 0x21f0aaadu;
    x ^= x >> 15;
    x *= 0x735a2d97u;
    return x ^ (x >> 15);
}

uint32_t seed_of_row(uint64_t seed, uint64_t row) {  // splitmix64 (Steele et al. 2014)
    uint64_t z = seed + row * 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return uint32_t(z ^ (z >> 31));
}

// What dropout leaves of a vector: 0 where its number is below the threshold, else times `scale`.
struct Dropout {
    uint64_t seed;
    uint32_t below;
    float scale;
    Dropout(double share, uint64_t seed) : seed(seed), below(uint32_t(share * 4294967295.0)), scale(float(1 / (1 - share))) {}
    floats operator()(floats x, uint32_t row_seed, int64_t column) const {
        return below ? (scattered(row_seed, column) >= below ? x * scale : floats{}) : x;
    }
};

template <typename X, typename A, typename H>
void add_norm(const X* x, const A* added, const float* weight, X* stream, H* normed, float* inverse, int64_t rows,
              int64_t width, double eps, Dropout dropout, int threads) {
#pragma omp parallel for num_threads(threads)
    for (int64_t row = 0; row < rows; row++) {
        uint32_t seed = seed_of_row(dropout.seed, row);
        const X* from = x ? x + row * width : nullptr;
        const A* plus = added ? added + row * width : nullptr;
        X* to = stream ? stream + row * width : nullptr;
        floats squares{};
        for (int64_t c = 0; c < width; c += LANES) {
            floats v = from ? load(from + c, width - c) : floats{};
            if (plus) v += dropout(load(plus + c, width - c), seed, c);
            if (to) store(to + c, v, width - c);
            squares += v * v;
        }
        float r = inverse[row] = 1 / std::sqrt(sum(squares) / width + float(eps));
        const X* stands = to ? to : from;
        for (int64_t c = 0; c < width; c += LANES)
            store(normed + row * width + c, load(stands + c, width - c) * r * load(weight + c, width - c), width - c);
    }
}

template <typename X, typename A, typename H>
void add_norm_backward(const H* d_normed, const X* d_stream, const X* stream, const float* weight, const float* inverse,
                       X* d_x, A* d_added, float* d_weight, int64_t rows, int64_t width, Dropout dropout, int threads) {
#pragma omp parallel for num_threads(threads)
    for (int part = 0; part < PARTS; part++) {
        float* d_own = d_weight + part * width;
        for (int64_t row = rows * part / PARTS; row < rows * (part + 1) / PARTS; row++) {
            uint32_t seed = seed_of_row(dropout.seed, row);
            const int64_t at = row * width;
            const float r = inverse[row];
            floats along{};
            for (int64_t c = 0; c < width; c += LANES) {
                floats g = load(d_normed + at + c, width - c), unit = load(stream + at + c, width - c) * r;
                store(d_own + c, load(d_own + c, width - c) + g * unit, width - c);
                along += g * load(weight + c, width - c) * unit;
            }
            const float mean = sum(along) / width;
            for (int64_t c = 0; c < width; c += LANES) {
                floats g = load(d_normed + at + c, width - c), unit = load(stream + at + c, width - c) * r;
                floats d = (g * load(weight + c, width - c) - unit * mean) * r;
                if (d_stream) d += load(d_stream + at + c, width - c);
                if (d_x) store(d_x + at + c, d, width - c);
                if (d_added) store(d_added + at + c, dropout(d, seed, c), width - c);
            }
        }
    }
}

// One head's numbers: normed, weighed, then each pair (i, i + D/2) turned by its position's angle.
template <typename T>
void turn(const T* from, const float* weight, const float* cos, const float* sin, T* to, int64_t width, float eps) {
    const int64_t half = width / 2;
    floats squares{};
    for (int64_t c = 0; c < width; c += LANES) {
        floats v = load(from + c, width - c);
        squares += v * v;
    }
    const float r = 1 / std::sqrt(sum(squares) / width + eps);
    for (int64_t c = 0; c < half; c += LANES) {
        floats a = load(from + c, half - c) * r * load(weight + c, half - c);
        floats b = load(from + half + c, half - c) * r * load(weight + half + c, half - c);
        floats s = load(sin + c, half - c), k = load(cos + c, half - c);
        store(to + c, a * k - b * s, half - c);
        store(to + half + c, b * k + a * s, half - c);
    }
}

template <typename T>
void turn_backward(const T* d_to, const T* from, const float* weight, const float* cos, const float* sin, T* d_from,
                   float* d_weight, int64_t width, float eps) {
    const int64_t half = width / 2;
    floats squares{}, along{};
    for (int64_t c = 0; c < width; c += LANES) {
        floats v = load(from + c, width - c);
        squares += v * v;
    }
    const float r = 1 / std::sqrt(sum(squares) / width + eps);
    for (int64_t c = 0; c < half; c += LANES) {
        floats s = load(sin + c, half - c), k = load(cos + c, half - c);
        floats g = load(d_to + c, half - c), h = load(d_to + half + c, half - c);
        floats a = g * k + h * s, b = h * k - g * s;
        floats u = load(from + c, half - c) * r, v = load(from + half + c, half - c) * r;
        store(d_weight + c, load(d_weight + c, half - c) + a * u, half - c);
        store(d_weight + half + c, load(d_weight + half + c, half - c) + b * v, half - c);
        along += a * u * load(weight + c, half - c) + b * v * load(weight + half + c, half - c);
    }
    const float mean = sum(along) / width;
    for (int64_t c = 0; c < half; c += LANES) {
        floats s = load(sin + c, half - c), k = load(cos + c, half - c);
        floats g = load(d_to + c, half - c), h = load(d_to + half + c, half - c);
        floats a = (g * k + h * s) * load(weight + c, half - c), b = (h * k - g * s) * load(weight + half + c, half - c);
        floats u = load(from + c, half - c) * r, v = load(from + half + c, half - c) * r;
        store(d_from + c, (a - u * mean) * r, half - c);
        store(d_from + half + c, (b - v * mean) * r, half - c);
    }
}

struct Heads {
    int64_t batch, length, queries, keys, width;  // B, T, H, K, D
    int64_t all() const { return queries + 2 * keys; }
    // Where head `head` (queries, then keys, then values) of a position lies in its own tensor (B, heads, T, D).
    int64_t place(int64_t b, int64_t head, int64_t t) const {
        const int64_t heads = head < queries ? queries : keys;
        const int64_t own = head < queries ? head : (head - queries) % keys;
        return ((b * heads + own) * length + t) * width;
    }
};

template <typename T>
void turn_heads(const T* qkv, const float* q_weight, const float* k_weight, const float* cos, const float* sin, T* q,
                T* k, T* v, Heads h, double eps, int threads) {
#pragma omp parallel for num_threads(threads)
    for (int64_t row = 0; row < h.batch * h.length; row++) {
        const int64_t b = row / h.length, t = row % h.length, angle = t * h.width;
        for (int64_t head = 0; head < h.all(); head++) {
            const T* from = qkv + (row * h.all() + head) * h.width;
            const int64_t at = h.place(b, head, t);
            if (head >= h.queries + h.keys) std::memcpy(v + at, from, h.width * sizeof(T));
            else if (head >= h.queries) turn(from, k_weight, cos + angle, sin + angle, k + at, h.width, float(eps));
            else turn(from, q_weight, cos + angle, sin + angle, q + at, h.width, float(eps));
        }
    }
}

template <typename T>
void turn_heads_backward(const T* d_q, const T* d_k, const T* d_v, const T* qkv, const float* q_weight,
                         const float* k_weight, const float* cos, const float* sin, T* d_qkv, float* d_q_weight,
                         float* d_k_weight, Heads h, double eps, int threads) {
    const int64_t rows = h.batch * h.length;
#pragma omp parallel for num_threads(threads)
    for (int part = 0; part < PARTS; part++) {
        for (int64_t row = rows * part / PARTS; row < rows * (part + 1) / PARTS; row++) {
            const int64_t b = row / h.length, t = row % h.length, angle = t * h.width;
            for (int64_t head = 0; head < h.all(); head++) {
                const int64_t in = (row * h.all() + head) * h.width, at = h.place(b, head, t);
                if (head >= h.queries + h.keys)
                    std::memcpy(d_qkv + in, d_v + at, h.width * sizeof(T));
                else if (head >= h.queries)
                    turn_backward(d_k + at, qkv + in, k_weight, cos + angle, sin + angle, d_qkv + in,
                                  d_k_weight + part * h.width, h.width, float(eps));
                else
                    turn_backward(d_q + at, qkv + in, q_weight, cos + angle, sin + angle, d_qkv + in,
                                  d_q_weight + part * h.width, h.width, float(eps));
            }
        }
    }
}

template <typename T> void swiglu(const T* gate_up, T* out, int64_t rows, int64_t width, int threads) {
#pragma omp parallel for num_threads(threads)
    for (int64_t row = 0; row < rows; row++) {
        const T *gate = gate_up + 2 * row * width, *up = gate + width;
        for (int64_t c = 0; c < width; c += LANES) {
            floats g = load(gate + c, width - c);
            store(out + row * width + c, g * sigmoid(g) * load(up + c, width - c), width - c);
        }
    }
}

template <typename T>
void swiglu_backward(const T* d_out, const T* gate_up, T* d_gate_up, int64_t rows, int64_t width, int threads) {
#pragma omp parallel for num_threads(threads)
    for (int64_t row = 0; row < rows; row++) {
        const T *gate = gate_up + 2 * row * width, *up = gate + width;
        T* d_gate = d_gate_up + 2 * row * width;
        for (int64_t c = 0; c < width; c += LANES) {
            floats g = load(gate + c, width - c), d = load(d_out + row * width + c, width - c), s = sigmoid(g);
            store(d_gate + c, d * load(up + c, width - c) * s * (1.0f + g * (1.0f - s)), width - c);
            store(d_gate + width + c, d * g * s, width - c);
        }
    }
}

// Nats of each row's target and the logarithm of its softmax's sum.
template <typename T>
void nats_of(const T* logits, const int64_t* targets, float* nats, float* sums, int64_t rows, int64_t width, int threads) {
#pragma omp parallel for num_threads(threads)
    for (int64_t row = 0; row < rows; row++) {
        const T* own = logits + row * width;
        const int64_t whole = width - width % LANES;
        floats most = all(-INFINITY), total{};
        for (int64_t c = 0; c < whole; c += LANES) most = larger(load(own + c), most);
        float top = largest(most);
        for (int64_t c = whole; c < width; c++) top = std::max(top, value(own[c]));
        for (int64_t c = 0; c < whole; c += LANES) total += power2((load(own + c) - top) * LOG2_E);
        float s = sum(total);
        for (int64_t c = whole; c < width; c++) s += std::exp(value(own[c]) - top);
        sums[row] = top + std::log(s);
        nats[row] = sums[row] - value(own[targets[row]]);
    }
}

// The gradient of the logits: (softmax - one at the target) times what arrives. May be written over the logits.
template <typename T>
void nats_backward(const T* logits, const int64_t* targets, const float* sums, const float* d_nats, T* d_logits,
                   int64_t rows, int64_t width, int threads) {
#pragma omp parallel for num_threads(threads)
    for (int64_t row = 0; row < rows; row++) {
        const float d = d_nats[row], below = sums[row] * LOG2_E, own = value(logits[row * width + targets[row]]);
        const T* from = logits + row * width;
        T* to = d_logits + row * width;
        for (int64_t c = 0; c < width; c += LANES)
            store(to + c, power2(load(from + c, width - c) * LOG2_E - below) * d, width - c);
        floats at_target = all((std::exp(own - sums[row]) - 1) * d);
        store(to + targets[row], at_target, 1);
    }
}

}  // namespace

#define ADD_NORM(NAME, X, A, H)                                                                                         \
    void add_norm_##NAME(const X* x, const A* added, const float* weight, X* stream, H* normed, float* inverse,         \
                         int64_t rows, int64_t width, double eps, double share, int64_t seed, int64_t threads) {        \
        add_norm(x, added, weight, stream, normed, inverse, rows, width, eps, Dropout(share, seed), int(threads));      \
    }                                                                                                                   \
    void add_norm_backward_##NAME(const H* d_normed, const X* d_stream, const X* stream, const float* weight,           \
                                  const float* inverse, X* d_x, A* d_added, float* d_weight, int64_t rows,              \
                                  int64_t width, double share, int64_t seed, int64_t threads) {                         \
        add_norm_backward(d_normed, d_stream, stream, weight, inverse, d_x, d_added, d_weight, rows, width,             \
                          Dropout(share, seed), int(threads));                                                          \
    }

#define ROWS(NAME, T)                                                                                                   \
    void turn_heads_##NAME(const T* qkv, const float* q_weight, const float* k_weight, const float* cos,                \
                           const float* sin, T* q, T* k, T* v, const int64_t* sizes, double eps, int64_t threads) {     \
        Heads h{sizes[0], sizes[1], sizes[2], sizes[3], sizes[4]};                                                      \
        turn_heads(qkv, q_weight, k_weight, cos, sin, q, k, v, h, eps, int(threads));                                   \
    }                                                                                                                   \
    void turn_heads_backward_##NAME(const T* d_q, const T* d_k, const T* d_v, const T* qkv, const float* q_weight,      \
                                    const float* k_weight, const float* cos, const float* sin, T* d_qkv,                \
                                    float* d_q_weight, float* d_k_weight, const int64_t* sizes, double eps,             \
                                    int64_t threads) {                                                                  \
        Heads h{sizes[0], sizes[1], sizes[2], sizes[3], sizes[4]};                                                      \
        turn_heads_backward(d_q, d_k, d_v, qkv, q_weight, k_weight, cos, sin, d_qkv, d_q_weight, d_k_weight, h, eps,    \
                            int(threads));                                                                              \
    }                                                                                                                   \
    void swiglu_##NAME(const T* gate_up, T* out, int64_t rows, int64_t width, int64_t threads) {                        \
        swiglu(gate_up, out, rows, width, int(threads));                                                                \
    }                                                                                                                   \
    void swiglu_backward_##NAME(const T* d_out, const T* gate_up, T* d_gate_up, int64_t rows, int64_t width,            \
                                int64_t threads) {                                                                      \
        swiglu_backward(d_out, gate_up, d_gate_up, rows, width, int(threads));                                          \
    }                                                                                                                   \
    void nats_##NAME(const T* logits, const int64_t* targets, float* nats, float* sums, int64_t rows, int64_t width,    \
                     int64_t threads) {                                                                                 \
        nats_of(logits, targets, nats, sums, rows, width, int(threads));                                                \
    }                                                                                                                   \
    void nats_backward_##NAME(const T* logits, const int64_t* targets, const float* sums, const float* d_nats,          \
                              T* d_logits, int64_t rows, int64_t width, int64_t threads) {                              \
        nats_backward(logits, targets, sums, d_nats, d_logits, rows, width, int(threads));                              \
    }

extern "C" {
ROWS(f, float)
ROWS(b, bfloat16)
ADD_NORM(fff, float, float, float)
ADD_NORM(ffb, float, float, bfloat16)
ADD_NORM(fbb, float, bfloat16, bfloat16)
ADD_NORM(bbb, bfloat16, bfloat16, bfloat16)
}
