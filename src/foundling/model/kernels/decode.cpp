// A whole step of a Qwen3 decoder in one call: positions flow in, their keys and values go into a cache, normed hidden
// states and logits flow out. It knows no text, no sampling and no slots beyond the addresses it is given.
//
// A step of few positions reads every weight once, so memory decides its speed; how is told in decode_products.h. As
// nothing there depends on what comes together, a position's numbers are the same to the bit alone, in a batch and after
// a kept prefix.
//
// Weights are float32, bfloat16, or 8-bit integers with one bfloat16 scale for 32 inputs of a row (as llama.cpp's Q8_0).

#include "decode_products.h"

extern "C" {

// One position: its id; the slot of the cache it belongs to; its rotary position; the place where its key is kept; and
// what it sees, the places [0, shared) and [start, place]. With `scored` its hidden state and logits are given.
struct Column {
  int32_t id, slot, position, place, shared, start, scored;
};

struct Model {
  int64_t layers, width, heads, kv_heads, head_dim, hidden, vocabulary, context, kind, cache_kind, capacity, slots;
  double eps;
  const float *cosines, *sines;  // (context, head_dim)
  const void* const* weights;    // 12 a layer: four norms, four matrices with their scales; then norm, head, scales
  const int64_t* windows;        // how many last positions each layer sees, its own among them; 0: all
};
}

namespace {

// Memory of a step, kept by its thread: fresh pages at every step would cost as much as the step.
struct Buffers {
  std::vector<float> x, normed, qkv, attended, glu, active, spare;
  Input in;
};

// A head's keys of 16 places lie together, input by input: scores of 16 keys come from one chain of products.
struct Step {
  const Model& m;
  void* const* keys;
  void* const* values;
  const Column* columns;
  int count, n;
  int64_t width, mixed, hidden, qkv_rows, qkv_width, glu_width, value_width;
  std::vector<float>&x, &normed, &qkv, &attended, &glu, &active, &spare;
  Input& in;

  Step(const Model& model, void* const* k, void* const* v, Buffers& b)
      : m(model), keys(k), values(v), columns(nullptr), count(0), n(1), width(padded(m.width, PANEL)),
        mixed(padded(m.heads * m.head_dim, PANEL)), hidden(padded(m.hidden, PANEL)),
        qkv_rows((m.heads + 2 * m.kv_heads) * m.head_dim), qkv_width(padded(qkv_rows, PANEL)),
        glu_width(padded(2 * m.hidden, PANEL)), value_width(padded(m.head_dim, LANES)), x(b.x),
        normed(b.normed), qkv(b.qkv), attended(b.attended), glu(b.glu), active(b.active), spare(b.spare), in(b.in) {}

  Matrix matrix(int64_t layer, int which, int64_t rows, int64_t inner) const {
    const void* const* at = m.weights + layer * 12 + 4 + 2 * which;
    return {at[0], (const uint16_t*)at[1], rows, inner};
  }
  Matrix head() const {
    const void* const* at = m.weights + m.layers * 12 + 1;
    return {at[0], (const uint16_t*)at[1], m.vocabulary, m.width};
  }
  const float* norm(int64_t layer, int which) const { return (const float*)m.weights[layer * 12 + which]; }

  void begin(const Column* first, int64_t size) {
    columns = first, count = int(size), n = together(size);
    x.assign(n * width, 0.0f), normed.assign(n * width, 0.0f), qkv.assign(n * qkv_width, 0.0f);
    attended.assign(n * mixed, 0.0f), glu.assign(n * glu_width, 0.0f), active.assign(n * hidden, 0.0f);
    clear(in, std::max({m.width, m.heads * m.head_dim, m.hidden}), n);
    for (int c = 0; c < count; c++) embed(columns[c].id, x.data() + c * width);
  }

  // A row of the head, which is the embedding as well.
  void embed(int32_t id, float* to) const {
    const Matrix table = head();
    const int64_t inner = padded(m.width, inner_step(m.kind)), row = id % PANEL, start = id / PANEL * inner * PANEL;
    for (int64_t k = 0; k < m.width; k++) {
      if (m.kind == FLOAT32) {
        to[k] = ((const float*)table.values)[start + k * PANEL + row];
      } else if (m.kind == BFLOAT16) {
        to[k] = widen_one(((const uint16_t*)table.values)[start + (k / 2 * PANEL + row) * 2 + k % 2]);
      } else {
        const int64_t quad = (k / BLOCK * GROUPS + row / LANES) * (BLOCK / 4) + k % BLOCK / 4;
        const int value = ((const uint8_t*)table.values)[start + (quad * LANES + row % LANES) * 4 + k % 4];
        to[k] = float(value - 128) * widen_one(table.scales[start / BLOCK + k / BLOCK * PANEL + row]);
      }
    }
  }

  template <class Number> Number* key_block(int64_t layer, int64_t kv, int slot, int64_t place) const {
    return (Number*)keys[slot] + ((layer * m.kv_heads + kv) * m.capacity + place / LANES * LANES) * m.head_dim;
  }
  template <class Number> Number* value_row(int64_t layer, int64_t kv, int slot, int64_t place) const {
    return (Number*)values[slot] + ((layer * m.kv_heads + kv) * m.capacity + place) * value_width;
  }

  // Query and key norms, rotary positions, and the new key and value into the cache.
  template <class Number> void turn(int64_t layer, int c) {
    const Column& column = columns[c];
    const int64_t size = m.head_dim, half = size / 2;
    const float *cosine = m.cosines + column.position * size, *sine = m.sines + column.position * size;
    for (int64_t h = 0; h < m.heads + m.kv_heads; h++) {
      float* row = qkv.data() + c * qkv_width + h * size;
      const float* weight = norm(layer, h < m.heads ? 1 : 2);
      float sum = 0.0f;
#pragma omp simd reduction(+ : sum)
      for (int64_t i = 0; i < size; i++) sum += row[i] * row[i];
      const float factor = 1.0f / std::sqrt(sum / float(size) + float(m.eps));
      for (int64_t i = 0; i < half; i++) {
        const float a = row[i] * factor * weight[i], b = row[i + half] * factor * weight[i + half];
        row[i] = a * cosine[i] - b * sine[i];
        row[i + half] = b * cosine[i] + a * sine[i];
      }
    }
    for (int64_t kv = 0; kv < m.kv_heads; kv++) {
      const float* key = qkv.data() + c * qkv_width + (m.heads + kv) * size;
      Number* block = key_block<Number>(layer, kv, column.slot, column.place) + column.place % LANES;
      for (int64_t i = 0; i < size; i++) narrow(key[i], block + i * LANES);
      Number* value = value_row<Number>(layer, kv, column.slot, column.place);
      for (int64_t i = 0; i < size; i++) narrow(key[m.kv_heads * size + i], value + i);
    }
  }

  // softmax(q k / sqrt(D)) v of one head of one position, over the places that it sees.
  template <class Number> void attend(int64_t layer, int64_t h, int c) {
    static thread_local std::vector<float> scores;
    const Column& column = columns[c];
    const int64_t kv = h / (m.heads / m.kv_heads), size = m.head_dim, end = column.place + 1;
    const bool whole = column.start <= column.shared;
    const int64_t low = m.windows[layer] ? std::max<int64_t>(0, column.position + 1 - m.windows[layer]) : 0;
    const int64_t own = column.start + std::max<int64_t>(0, low - column.shared);
    const int64_t ranges[2][2] = {{std::min<int64_t>(low, whole ? end : column.shared), whole ? end : column.shared},
                                  {whole ? end : own, end}};
    if (int64_t(scores.size()) < m.capacity + 2 * LANES) scores.resize(m.capacity + 2 * LANES);
    const int64_t next = (c + 1 < count ? h : std::min(h + 1, m.heads - 1)) / (m.heads / m.kv_heads);
    fetch(key_block<Number>(layer, next, columns[(c + 1) % count].slot, 0), 2 * LANES * size);
    const float* q = qkv.data() + c * qkv_width + h * size;
    const float factor = 1.0f / std::sqrt(float(size));
    const Floats never = Floats{} - INFINITY;
    Floats best = never;
    float* score = scores.data();
    for (const auto& range : ranges) {
      if (range[0] >= range[1]) continue;  // an empty one that begins inside a block would cost a block of scores
      for (int64_t place = range[0] / LANES * LANES; place < range[1]; place += LANES, score += LANES) {
        const Number* block = key_block<Number>(layer, kv, column.slot, place);
        // A head's keys are few pages: the processor's own look-ahead hardly begins before they end.
        fetch(value_row<Number>(layer, kv, column.slot, place), LANES * value_width);
        fetch(block + 2 * LANES * size, LANES * size);
        Floats even = {}, odd = {};
        for (int64_t i = 0; i < size; i += 2) {
          even += widen(block + i * LANES) * q[i];
          odd += widen(block + (i + 1) * LANES) * q[i + 1];
        }
        Floats row = (even + odd) * factor;
        for (int lane = 0; lane < LANES && (place < range[0] || place + LANES > range[1]); lane++)
          if (place + lane < range[0] || place + lane >= range[1]) row[lane] = -INFINITY;
        best = row > best ? row : best;
        store(score, row);
      }
    }
    float top = best[0];
    for (int lane = 1; lane < LANES; lane++) top = std::max(top, best[lane]);
    Floats sums = {};
    for (float* at = scores.data(); at < score; at += LANES) {
      const Floats row = load<Floats>(at), share = exponential(row - top);
      const Floats kept = row > never ? share : Floats{};
      sums += kept;
      store(at, kept);
    }
    float sum = 0.0f;
    for (int lane = 0; lane < LANES; lane++) sum += sums[lane];
    float mix[PANEL];
    for (int64_t d = 0; d < value_width; d += PANEL) {
      const int64_t wide = std::min<int64_t>(PANEL, value_width - d);
      Floats totals[GROUPS] = {};
      const float* share = scores.data();
      for (const auto& range : ranges) {
        if (range[0] >= range[1]) continue;
        const int64_t from = range[0] / LANES * LANES;
        for (int64_t place = range[0]; place < range[1]; place++) {
          const Number* row = value_row<Number>(layer, kv, column.slot, place) + d;
          const float part = share[place - from];
          if (wide == PANEL) {
            for (int g = 0; g < GROUPS; g++) totals[g] += widen(row + g * LANES) * part;
          } else {
            for (int g = 0; g < wide / LANES; g++) totals[g] += widen(row + g * LANES) * part;
          }
        }
        share += padded(range[1] - from, LANES);
      }
      for (int g = 0; g < GROUPS; g++) store(mix + g * LANES, totals[g] / sum);
      std::memcpy(attended.data() + c * mixed + h * size + d, mix, std::min<int64_t>(PANEL, size - d) * 4);
    }
  }

  void activate(int c) {
    const float *gate = glu.data() + c * glu_width, *up = gate + m.hidden;
    float* to = active.data() + c * hidden;
    int64_t k = 0;
    for (; k + LANES <= m.hidden; k += LANES) {
      const Floats g = load<Floats>(gate + k);
      store(to + k, g / (1.0f + exponential(-g)) * load<Floats>(up + k));
    }
    for (; k < m.hidden; k++) to[k] = gate[k] / (1.0f + std::exp(-gate[k])) * up[k];
  }

  template <class Number> void layer(int64_t l) {
    const int kind = int(m.kind);
#pragma omp for schedule(static)
    for (int c = 0; c < count; c++) {
      normalise(x.data() + c * width, norm(l, 0), m.width, float(m.eps), normed.data() + c * width);
      arrange(in, kind, normed.data() + c * width, m.width, c, n);
    }
    multiply(matrix(l, 0, qkv_rows, m.width), kind, in, n, qkv.data(), qkv_width, false);
#pragma omp for schedule(static)
    for (int c = 0; c < count; c++) turn<Number>(l, c);
#pragma omp for schedule(dynamic, 1)
    for (int64_t task = 0; task < m.heads * count; task++) attend<Number>(l, task / count, int(task % count));
#pragma omp for schedule(static)
    for (int c = 0; c < count; c++) arrange(in, kind, attended.data() + c * mixed, m.heads * m.head_dim, c, n);
    multiply(matrix(l, 1, m.width, m.heads * m.head_dim), kind, in, n, x.data(), width, true);
#pragma omp for schedule(static)
    for (int c = 0; c < count; c++) {
      normalise(x.data() + c * width, norm(l, 3), m.width, float(m.eps), normed.data() + c * width);
      arrange(in, kind, normed.data() + c * width, m.width, c, n);
    }
    multiply(matrix(l, 2, 2 * m.hidden, m.width), kind, in, n, glu.data(), glu_width, false);
#pragma omp for schedule(static)
    for (int c = 0; c < count; c++) {
      activate(c);
      arrange(in, kind, active.data() + c * hidden, m.hidden, c, n);
    }
    multiply(matrix(l, 3, m.width, m.hidden), kind, in, n, x.data(), width, true);
  }

  // Hidden states and logits (where they are asked for) of the scored positions, in order.
  void finish(float* out, float* logits) {
    int wanted = 0;
    for (int c = 0; c < count; c++) wanted += columns[c].scored != 0;
    if (!wanted) return;
    const int many = together(wanted);  // a matrix is multiplied with 1, 2, 4, 8 or 16: the rest is not copied out
#pragma omp single
    {
      clear(in, m.width, many);
      for (int c = 0, row = 0; c < count; c++) {
        if (!columns[c].scored) continue;
        float* y = normed.data() + c * width;
        normalise(x.data() + c * width, (const float*)m.weights[m.layers * 12], m.width, float(m.eps), y);
        std::memcpy(out + row * m.width, y, m.width * 4);
        arrange(in, int(m.kind), y, m.width, row++, many);
      }
      if (logits && many != wanted) spare.resize(many * m.vocabulary);
    }
    if (!logits) return;
    multiply(head(), int(m.kind), in, many, many == wanted ? logits : spare.data(), m.vocabulary, false);
#pragma omp single
    if (many != wanted) std::memcpy(logits, spare.data(), wanted * m.vocabulary * 4);
  }
};

}  // namespace

extern "C" {

// Reads `count` positions, 16 at a time, in order; `hidden` and `logits` (or null) take the scored ones' rows.
// Returns 0, or 1 + the number of the first position that does not fit, and then nothing was done.
int64_t decode(const Model* model, const Column* columns, int64_t count, void* const* keys, void* const* values,
               float* hidden, float* logits, int32_t threads) {
  for (int64_t c = 0; c < count; c++) {
    const Column& at = columns[c];
    if (at.id < 0 || at.id >= model->vocabulary || at.slot < 0 || at.slot >= model->slots || at.position < 0 ||
        at.position >= model->context || at.place < 0 || at.place >= model->capacity || at.start < 0 ||
        at.start > at.place || at.shared < 0 || at.shared > at.place)
      return c + 1;
  }
  static thread_local Buffers buffers;
  Step step(*model, keys, values, buffers);
  for (int64_t first = 0; first < count; first += MOST) {
    step.begin(columns + first, std::min<int64_t>(MOST, count - first));
#pragma omp parallel num_threads(threads) if (threads > 1)
    {
      for (int64_t l = 0; l < model->layers; l++) {
        if (model->cache_kind == FLOAT32) step.layer<float>(l);
        else step.layer<uint16_t>(l);
      }
      step.finish(hidden, logits);
    }
    for (int c = 0; c < step.count; c++) {
      if (!step.columns[c].scored) continue;
      hidden += model->width;
      if (logits) logits += model->vocabulary;
    }
  }
  return 0;
}

// y (n, rows) = x (n, inner) times a packed matrix, n at most 16: the product alone, for tests and measurements.
void product(int32_t kind, const void* values, const void* scales, int64_t rows, int64_t inner, const float* x,
             int32_t n, float* y, int32_t threads) {
  const Matrix matrix = {values, (const uint16_t*)scales, rows, inner};
  const int many = together(n);
  const int64_t wide = padded(rows, PANEL);
  Input in;
  std::vector<float> row(padded(inner, BLOCK)), out(many * wide);
  clear(in, inner, many);
  for (int c = 0; c < n; c++) {
    std::memcpy(row.data(), x + c * inner, inner * 4);
    arrange(in, kind, row.data(), inner, c, many);
  }
#pragma omp parallel num_threads(threads) if (threads > 1)
  multiply(matrix, kind, in, many, out.data(), wide, false);
  for (int c = 0; c < n; c++) std::memcpy(y + c * rows, out.data() + c * wide, rows * 4);
}

// 1 where 8-bit products are one instruction here.
int32_t has_dot_products() {
#if defined(__AVX512VNNI__) && defined(__AVX512BW__)
  return 1;
#else
  return 0;
#endif
}
}
