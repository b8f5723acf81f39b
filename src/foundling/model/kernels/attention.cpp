// Attention without a table of all pairs (FlashAttention-2: Dao 2023, arXiv 2307.08691): queries, keys and values flow in,
// mixed values and one number a query flow out; the gradients of all three flow back. Memory grows with the length.
//
// Tiles of SIDE keys by SIDE queries are worked out transposed, a vector holding one key's scores for LANES queries: then
// the softmax needs no sum across a vector. Tiles that the causal order, a window or the borders of documents close
// wholly are passed over. Products multiply units of 32 bits, one float32 or a pair of bfloat16, and add in float32.
// One task is one row's key-value head with the queries that share it, so the number of threads changes no bit.

#include <memory>

#include "attention_products.h"

namespace {

constexpr float CLOSED = -1e30f, NOTHING = -1e20f;  // a score that may not be; a maximum before any score was seen

struct Sizes {
    int64_t batch, queries, keys, length, width;                                 // B, H, K, T, D
    int64_t q_row, q_head, q_place, k_row, k_head, k_place, v_row, v_head, v_place;  // steps between rows, heads, places
    int64_t o_row, o_head, o_place;                                              // of the mixed values, or their gradient
    int64_t before, after;  // a query sees keys from `before` places back to `after` places on
    int64_t padded() const { return (width + LANES - 1) / LANES * LANES; }
    int64_t shared() const { return queries / keys; }
};

// Which tiles are open: by order and window, and by the least and the greatest document in each stretch of SIDE places.
struct Sight {
    const int32_t* document;  // of every place of one row, or null
    const Sizes& sizes;
    std::unique_ptr<int32_t[]> least, greatest;
    Sight(const int32_t* document, const Sizes& sizes) : document(document), sizes(sizes) {
        const int64_t tiles = (sizes.length + SIDE - 1) / SIDE;
        least.reset(new int32_t[tiles]);
        greatest.reset(new int32_t[tiles]);
        for (int64_t i = 0; document && i < tiles; i++) {
            const int32_t *from = document + i * SIDE, *to = document + std::min((i + 1) * SIDE, sizes.length);
            least[i] = *std::min_element(from, to);
            greatest[i] = *std::max_element(from, to);
        }
    }
    enum State { SHUT, MIXED, OPEN };
    State state(int64_t query, int64_t key) const {  // of the tile that begins at these places
        const int64_t q_last = std::min(query + SIDE, sizes.length) - 1, k_last = std::min(key + SIDE, sizes.length) - 1;
        if (k_last < query - sizes.before || key > q_last + sizes.after) return SHUT;
        bool open = key >= q_last - sizes.before && k_last <= query + sizes.after;
        if (document) {
            const int64_t q = query / SIDE, k = key / SIDE;
            if (greatest[k] < least[q] || least[k] > greatest[q]) return SHUT;
            open = open && least[q] == greatest[q] && least[k] == greatest[k];
        }
        return open ? OPEN : MIXED;
    }
    // Scores of SIDE queries for one key, shut where it may not be seen.
    void close(float* scores, int64_t query, int64_t key) const {
        ints place;
        for (int i = 0; i < LANES; i++) place[i] = int32_t(i + query - key);
        for (int64_t c = 0; c < SIDE; c += LANES) {
            ints distance = place + int32_t(c), seen = (distance <= int32_t(sizes.before)) & (distance >= int32_t(-sizes.after));
            if (document) {
                ints own{};
                std::memcpy(&own, document + query + c, std::max<int64_t>(0, std::min<int64_t>(LANES, sizes.length - query - c)) * 4);
                seen &= own == document[key];
            }
            store(scores + c, seen ? load(scores + c) : all(CLOSED));
        }
    }
};

template <typename T> struct Space {  // what one thread works in
    std::unique_ptr<char[]> memory;
    size_t used = 0, size;
    explicit Space(size_t size) : memory(new char[size + 64]), size(size) {}
    template <typename U> U* take(int64_t count) {
        char* base = memory.get() + (64 - reinterpret_cast<uintptr_t>(memory.get()) % 64) % 64;
        U* given = reinterpret_cast<U*>(base + used);
        used += (count * sizeof(U) + 63) / 64 * 64;
        return given;
    }
};

// Shares of one tile from its scores, of which `scale` makes powers of two; keeps each query's maximum and sum, tells how
// much of what was summed before stands. Behind an odd number of keys a unit is filled up with zeros.
template <typename T>
__attribute__((noinline)) void soften(const float* scores, float scale, uint32_t* shares, float* most, float* total, float* fade, int64_t keys) {
    for (int64_t c = 0; c < SIDE; c += LANES) {
        floats top = load(scores + c), sums{};
        for (int64_t k = 1; k < keys; k++) top = larger(top, load(scores + k * SIDE + c));
        top = larger(top * scale, load(most + c));
        const floats stands = power2(load(most + c) - top);
        for (int64_t k = 0; k < keys; k += Unit<T>::COUNT) {
            floats low = power2(load(scores + k * SIDE + c) * scale - top), high{};
            if (Unit<T>::COUNT == 2 && k + 1 < keys) high = power2(load(scores + (k + 1) * SIDE + c) * scale - top);
            sums += low + high;
#ifdef NATIVE_BFLOAT16
            if (Unit<T>::COUNT == 2) store_pair(shares + k / 2 * SIDE + c, low, high);
            else
#endif
                store(reinterpret_cast<float*>(shares) + k * SIDE + c, low);
        }
        store(most + c, top);
        store(total + c, load(total + c) * stands + sums);
        store(fade + c, stands);
    }
}

inline int64_t in_units(int64_t count, int64_t per_unit) { return (count + per_unit - 1) / per_unit; }

template <typename T>
void attend(const T* q, const T* k, const T* v, const int32_t* document, T* out, float* sums, const Sizes s, int threads) {
    constexpr int64_t COUNT = Unit<T>::COUNT;
    const int64_t padded = s.padded(), tiles = (s.length + SIDE - 1) / SIDE, tile_units = SIDE / COUNT * padded;
    const float scale = LOG2_E / std::sqrt(float(s.width));
#pragma omp parallel for num_threads(threads) schedule(dynamic)
    for (int64_t task = 0; task < s.batch * s.keys; task++) {
        const int64_t b = task / s.keys, shared = task % s.keys;
        const T *own_k = k + b * s.k_row + shared * s.k_head, *own_v = v + b * s.v_row + shared * s.v_head;
        Sight sight(document ? document + b * s.length : nullptr, s);
        Space<T> space(4 * (tiles * tile_units + SIDE * s.width + 2 * SIDE * SIDE + SIDE * padded + 4 * SIDE) + 1024);
        uint32_t* laid = space.template take<uint32_t>(tiles * tile_units);
        uint32_t *turned = space.template take<uint32_t>(SIDE * s.width), *shares = space.template take<uint32_t>(SIDE * SIDE);
        float *scores = space.template take<float>(SIDE * SIDE), *mixed = space.template take<float>(SIDE * padded);
        float *most = space.template take<float>(SIDE), *total = space.template take<float>(SIDE), *fade = space.template take<float>(SIDE);
        for (int64_t i = 0; i < tiles; i++)
            lay(own_v + i * SIDE * s.v_place, s.v_place, std::min(SIDE, s.length - i * SIDE), s.width, padded, laid + i * tile_units);
        for (int64_t head = shared * s.shared(); head < (shared + 1) * s.shared(); head++)
            for (int64_t query = 0; query < s.length; query += SIDE) {
                const int64_t count = std::min(SIDE, s.length - query);
                turn(q + b * s.q_row + head * s.q_head + query * s.q_place, s.q_place, count, s.width, turned);
                std::fill(most, most + SIDE, NOTHING);
                std::fill(total, total + SIDE, 0.0f);
                std::memset(mixed, 0, SIDE * padded * 4);
                for (int64_t key = 0; key < s.length; key += SIDE) {
                    const Sight::State state = sight.state(query, key);
                    if (state == Sight::SHUT) continue;
                    const int64_t seen = std::min(SIDE, s.length - key);
                    multiply<T>(natural(own_k + key * s.k_place, s.k_place), turned, SIDE, scores, SIDE, seen, SIDE, s.width / COUNT, false);
                    for (int64_t i = 0; i < seen && state == Sight::MIXED; i++) sight.close(scores + i * SIDE, query, key + i);
                    soften<T>(scores, scale, shares, most, total, fade, seen);
                    for (int64_t r = 0; r < count; r++)
                        for (int64_t c = 0; c < padded; c += LANES) store(mixed + r * padded + c, load(mixed + r * padded + c) * fade[r]);
                    multiply<T>({shares, 1, SIDE}, laid + key / SIDE * tile_units, padded, mixed, padded, count, padded, in_units(seen, COUNT), true);
                }
                for (int64_t r = 0; r < count; r++) {
                    T* to = out + b * s.o_row + head * s.o_head + (query + r) * s.o_place;
                    for (int64_t c = 0; c < s.width; c += LANES) store(to + c, load(mixed + r * padded + c) / total[r], s.width - c);
                    sums[(b * s.queries + head) * s.length + query + r] = most[r] + std::log2(total[r]);
                }
            }
    }
}

// Shares and their gradient of one tile, transposed: `natural` holds a row a key (COUNT queries a unit), `paired` units of
// keys (the same numbers for float32, where both are one place).
template <typename T>
__attribute__((noinline)) void soften_backward(const float* scores, const float* d_shares, const float* sums, const float* along, float scale, T* shares,
                     T* d_scores, uint32_t* d_paired, int64_t keys) {
    for (int64_t key = 0; key < keys; key += Unit<T>::COUNT)
        for (int64_t c = 0; c < SIDE; c += LANES) {
            floats d[2] = {};
            for (int64_t i = 0; i < Unit<T>::COUNT && key + i < keys; i++) {
                const int64_t at = (key + i) * SIDE + c;
                floats p = power2(load(scores + at) * (scale * LOG2_E) - load(sums + c));
                d[i] = p * (load(d_shares + at) - load(along + c)) * scale;
                store(shares + at, p);
                store(d_scores + at, d[i]);
            }
#ifdef NATIVE_BFLOAT16
            if (Unit<T>::COUNT == 2) store_pair(d_paired + key / 2 * SIDE + c, d[0], d[1]);
#endif
        }
}

template <typename T>
void attend_backward(const T* d_out, const T* q, const T* k, const T* v, const T* out, const float* sums, const int32_t* document,
                     T* d_q, T* d_k, T* d_v, const Sizes s, int threads) {
    constexpr int64_t COUNT = Unit<T>::COUNT;
    const int64_t padded = s.padded(), tiles = (s.length + SIDE - 1) / SIDE, whole = tiles * SIDE;
    const int64_t laid_units = SIDE / COUNT * padded, turned_units = s.width / COUNT * SIDE;
    const float scale = 1 / std::sqrt(float(s.width));
#pragma omp parallel for num_threads(threads) schedule(dynamic)
    for (int64_t task = 0; task < s.batch * s.keys; task++) {
        const int64_t b = task / s.keys, shared = task % s.keys;
        const T *own_k = k + b * s.k_row + shared * s.k_head, *own_v = v + b * s.v_row + shared * s.v_head;
        Sight sight(document ? document + b * s.length : nullptr, s);
        const int64_t packed = tiles * 2 * (laid_units + turned_units);
        Space<T> space(4 * (packed + 3 * whole * padded + 2 * whole + laid_units + 5 * SIDE * SIDE) + 4096);
        uint32_t *q_laid = space.template take<uint32_t>(tiles * laid_units), *q_turned = space.template take<uint32_t>(tiles * turned_units);
        uint32_t *d_laid = space.template take<uint32_t>(tiles * laid_units), *d_turned = space.template take<uint32_t>(tiles * turned_units);
        uint32_t *k_laid = space.template take<uint32_t>(laid_units), *d_paired = space.template take<uint32_t>(SIDE * SIDE);
        float *sum_q = space.template take<float>(whole * padded), *sum_k = space.template take<float>(whole * padded);
        float *sum_v = space.template take<float>(whole * padded), *along = space.template take<float>(whole), *lse = space.template take<float>(whole);
        float *scores = space.template take<float>(SIDE * SIDE), *d_shares = space.template take<float>(SIDE * SIDE);
        T *shares = space.template take<T>(SIDE * SIDE), *d_scores = space.template take<T>(SIDE * SIDE);
        if (COUNT == 1) d_paired = reinterpret_cast<uint32_t*>(d_scores);
        std::memset(sum_k, 0, whole * padded * 4);
        std::memset(sum_v, 0, whole * padded * 4);
        for (int64_t head = shared * s.shared(); head < (shared + 1) * s.shared(); head++) {
            const T *own_q = q + b * s.q_row + head * s.q_head, *own_o = out + b * s.o_row + head * s.o_head;
            const T* own_d = d_out + b * s.o_row + head * s.o_head;
            const float* own_sums = sums + (b * s.queries + head) * s.length;
            std::memset(sum_q, 0, whole * padded * 4);
            for (int64_t t = 0; t < whole; t++) {
                floats dot{};
                for (int64_t c = 0; t < s.length && c < s.width; c += LANES)
                    dot += load(own_o + t * s.o_place + c, s.width - c) * load(own_d + t * s.o_place + c, s.width - c);
                along[t] = sum(dot);
                lse[t] = t < s.length ? own_sums[t] : 0;
            }
            for (int64_t i = 0; i < tiles; i++) {
                const int64_t count = std::min(SIDE, s.length - i * SIDE);
                const T *from_q = own_q + i * SIDE * s.q_place, *from_d = own_d + i * SIDE * s.o_place;
                lay(from_q, s.q_place, count, s.width, padded, q_laid + i * laid_units);
                lay(from_d, s.o_place, count, s.width, padded, d_laid + i * laid_units);
                turn(from_q, s.q_place, count, s.width, q_turned + i * turned_units);
                turn(from_d, s.o_place, count, s.width, d_turned + i * turned_units);
            }
            for (int64_t key = 0; key < s.length; key += SIDE) {
                const int64_t seen = std::min(SIDE, s.length - key);
                lay(own_k + key * s.k_place, s.k_place, seen, s.width, padded, k_laid);
                for (int64_t query = 0; query < s.length; query += SIDE) {
                    const Sight::State state = sight.state(query, key);
                    if (state == Sight::SHUT) continue;
                    const int64_t i = query / SIDE, count = std::min(SIDE, s.length - query);
                    multiply<T>(natural(own_k + key * s.k_place, s.k_place), q_turned + i * turned_units, SIDE, scores, SIDE, seen, SIDE, s.width / COUNT, false);
                    multiply<T>(natural(own_v + key * s.v_place, s.v_place), d_turned + i * turned_units, SIDE, d_shares, SIDE, seen, SIDE, s.width / COUNT, false);
                    for (int64_t r = 0; r < seen && state == Sight::MIXED; r++) sight.close(scores + r * SIDE, query, key + r);
                    soften_backward<T>(scores, d_shares, lse + query, along + query, scale, shares, d_scores, d_paired, seen);
                    multiply<T>(natural(shares, SIDE), d_laid + i * laid_units, padded, sum_v + key * padded, padded, seen, padded, in_units(count, COUNT), true);
                    multiply<T>(natural(d_scores, SIDE), q_laid + i * laid_units, padded, sum_k + key * padded, padded, seen, padded, in_units(count, COUNT), true);
                    multiply<T>({d_paired, 1, SIDE}, k_laid, padded, sum_q + query * padded, padded, count, padded, in_units(seen, COUNT), true);
                }
            }
            T* to = d_q + (b * s.queries + head) * s.length * s.width;
            for (int64_t t = 0; t < s.length; t++)
                for (int64_t c = 0; c < s.width; c += LANES) store(to + t * s.width + c, load(sum_q + t * padded + c), s.width - c);
        }
        const int64_t at = (b * s.keys + shared) * s.length * s.width;
        for (int64_t t = 0; t < s.length; t++)
            for (int64_t c = 0; c < s.width; c += LANES) {
                store(d_k + at + t * s.width + c, load(sum_k + t * padded + c), s.width - c);
                store(d_v + at + t * s.width + c, load(sum_v + t * padded + c), s.width - c);
            }
    }
}

}  // namespace

#define ATTENTION(NAME, T)                                                                                                 \
    void attend_##NAME(const T* q, const T* k, const T* v, const int32_t* document, T* out, float* sums,                   \
                       const int64_t* sizes, int64_t threads) {                                                            \
        Sizes s;                                                                                                           \
        std::memcpy(&s, sizes, sizeof s);                                                                                  \
        attend(q, k, v, document, out, sums, s, int(threads));                                                             \
    }                                                                                                                      \
    void attend_backward_##NAME(const T* d_out, const T* q, const T* k, const T* v, const T* out, const float* sums,       \
                                const int32_t* document, T* d_q, T* d_k, T* d_v, const int64_t* sizes, int64_t threads) {  \
        Sizes s;                                                                                                           \
        std::memcpy(&s, sizes, sizeof s);                                                                                  \
        attend_backward(d_out, q, k, v, out, sums, document, d_q, d_k, d_v, s, int(threads));                              \
    }

extern "C" {
ATTENTION(f, float)
#ifdef NATIVE_BFLOAT16
ATTENTION(b, bfloat16)
#endif
}
