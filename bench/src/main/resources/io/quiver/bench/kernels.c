// What a C compiler makes of the same kernels: the measure of BenchmarkKernels. Each function
// computes the distances from one query to n packed rows.
#include <immintrin.h>
#include <stdint.h>

void l2_squared(const float *q, const float *rows, long n, long d, double *out) {
  for (long r = 0; r < n; r++) {
    const float *x = rows + r * d;
    __m512 s0 = _mm512_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
    long i = 0;
    for (; i + 64 <= d; i += 64) {
      __m512 a = _mm512_sub_ps(_mm512_loadu_ps(q + i), _mm512_loadu_ps(x + i));
      __m512 b = _mm512_sub_ps(_mm512_loadu_ps(q + i + 16), _mm512_loadu_ps(x + i + 16));
      __m512 c = _mm512_sub_ps(_mm512_loadu_ps(q + i + 32), _mm512_loadu_ps(x + i + 32));
      __m512 e = _mm512_sub_ps(_mm512_loadu_ps(q + i + 48), _mm512_loadu_ps(x + i + 48));
      s0 = _mm512_fmadd_ps(a, a, s0);
      s1 = _mm512_fmadd_ps(b, b, s1);
      s2 = _mm512_fmadd_ps(c, c, s2);
      s3 = _mm512_fmadd_ps(e, e, s3);
    }
    for (; i + 16 <= d; i += 16) {
      __m512 a = _mm512_sub_ps(_mm512_loadu_ps(q + i), _mm512_loadu_ps(x + i));
      s0 = _mm512_fmadd_ps(a, a, s0);
    }
    float s = _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(s0, s1), _mm512_add_ps(s2, s3)));
    for (; i < d; i++) s += (q[i] - x[i]) * (q[i] - x[i]);
    out[r] = s;
  }
}

void inner_product(const float *q, const float *rows, long n, long d, double *out) {
  for (long r = 0; r < n; r++) {
    const float *x = rows + r * d;
    __m512 s0 = _mm512_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
    long i = 0;
    for (; i + 64 <= d; i += 64) {
      s0 = _mm512_fmadd_ps(_mm512_loadu_ps(q + i), _mm512_loadu_ps(x + i), s0);
      s1 = _mm512_fmadd_ps(_mm512_loadu_ps(q + i + 16), _mm512_loadu_ps(x + i + 16), s1);
      s2 = _mm512_fmadd_ps(_mm512_loadu_ps(q + i + 32), _mm512_loadu_ps(x + i + 32), s2);
      s3 = _mm512_fmadd_ps(_mm512_loadu_ps(q + i + 48), _mm512_loadu_ps(x + i + 48), s3);
    }
    for (; i + 16 <= d; i += 16)
      s0 = _mm512_fmadd_ps(_mm512_loadu_ps(q + i), _mm512_loadu_ps(x + i), s0);
    float s = _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(s0, s1), _mm512_add_ps(s2, s3)));
    for (; i < d; i++) s += q[i] * x[i];
    out[r] = -s;
  }
}

// Signed bytes by vpmaddwd.
void int8_inner_product(const int8_t *q, const int8_t *rows, long n, long d, double *out) {
  for (long r = 0; r < n; r++) {
    const int8_t *x = rows + r * d;
    __m512i s0 = _mm512_setzero_si512(), s1 = s0;
    long i = 0;
#define WIDEN(p) _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)(p)))
    for (; i + 64 <= d; i += 64) {
      s0 = _mm512_add_epi32(s0, _mm512_madd_epi16(WIDEN(q + i), WIDEN(x + i)));
      s1 = _mm512_add_epi32(s1, _mm512_madd_epi16(WIDEN(q + i + 32), WIDEN(x + i + 32)));
    }
    for (; i + 32 <= d; i += 32)
      s0 = _mm512_add_epi32(s0, _mm512_madd_epi16(WIDEN(q + i), WIDEN(x + i)));
    long s = _mm512_reduce_add_epi32(_mm512_add_epi32(s0, s1));
    for (; i < d; i++) s += q[i] * x[i];
    out[r] = -(double)s;
  }
}

// d in bits, a multiple of 64.
void hamming(const uint64_t *q, const uint64_t *rows, long n, long d, double *out) {
  long words = d / 64;
  for (long r = 0; r < n; r++) {
    const uint64_t *x = rows + r * words;
    __m512i sum = _mm512_setzero_si512();
    long i = 0;
    for (; i + 8 <= words; i += 8)
      sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64(_mm512_xor_si512(
                                      _mm512_loadu_si512(q + i), _mm512_loadu_si512(x + i))));
    long s = words >= 8 ? _mm512_reduce_add_epi64(sum) : 0;
    for (; i < words; i++) s += _mm_popcnt_u64(q[i] ^ x[i]);
    out[r] = s;
  }
}

// FastScan over blocks of 32 codes of one bit a dimension, laid out as Quiver's Rabitq has them:
// table of 64 bytes for each 16 dimensions, then 32 constants and 32 slopes behind the codes.
static void fastscan(const uint8_t *block, long bytes, const uint8_t *table, float scale,
                     float offset, float *out) {
  const __m512i nibble = _mm512_set1_epi8(15);
  const __m512i low_table = _mm512_inserti64x4(_mm512_setzero_si512(), _mm256_set1_epi8(32), 1);
  const __m512i high_table = _mm512_inserti64x4(_mm512_set1_epi8(16), _mm256_set1_epi8(48), 1);
  __m512i sum = _mm512_setzero_si512(), odd = sum;
  for (long i = 0; i < bytes; i += 64) {
    __m512i x = _mm512_loadu_si512(block + i), t = _mm512_loadu_si512(table + i);
    __m512i low = _mm512_or_si512(_mm512_and_si512(x, nibble), low_table);
    __m512i high =
        _mm512_or_si512(_mm512_and_si512(_mm512_srli_epi16(x, 4), nibble), high_table);
    __m512i r =
        _mm512_add_epi8(_mm512_permutexvar_epi8(low, t), _mm512_permutexvar_epi8(high, t));
    sum = _mm512_add_epi16(sum, r);
    odd = _mm512_add_epi16(odd, _mm512_srli_epi16(r, 8));
  }
  __m512i even = _mm512_sub_epi16(sum, _mm512_slli_epi16(odd, 8));
  const float *factors = (const float *)(block + bytes);
  for (int part = 0; part < 2; part++) {
    __m512i s = part ? odd : even;
    __m512i lower = _mm512_and_si512(s, _mm512_set1_epi32(0xFFFF));
    __m512i upper = _mm512_srli_epi32(s, 16);
    __m512i first = _mm512_mask_blend_epi32(0xFF00, lower, upper);
    __m512i second = _mm512_mask_blend_epi32(0xFF00, upper, lower);
    __m512i all = _mm512_add_epi32(first, _mm512_shuffle_i64x2(second, second, 0x4E));
    __m512 product = _mm512_add_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(all), _mm512_set1_ps(scale)),
                                   _mm512_set1_ps(offset));
    _mm512_storeu_ps(out + 16 * part,
                     _mm512_fmadd_ps(product, _mm512_loadu_ps(factors + 32 + 16 * part),
                                     _mm512_loadu_ps(factors + 16 * part)));
  }
}

// n rows, d bits; q is the rotated query.
void rabitq(const float *q, const uint8_t *blocks, long n, long d, double *out) {
  static uint8_t table[4 * 65536] __attribute__((aligned(64)));
  float widest = 0, all = 0;
  for (long i = 0; i < d; i += 4) {
    float s = __builtin_fabsf(q[i]) + __builtin_fabsf(q[i + 1]) + __builtin_fabsf(q[i + 2]) +
              __builtin_fabsf(q[i + 3]);
    all += s;
    if (s > widest) widest = s;
  }
  float scale = 2 * widest / 127;
  for (long i = 0; i < d; i += 4) {
    long place = 4 * (i & -16) + (i & 4) * 8 + (i & 8) * 2;
    for (int e = 0; e < 16; e++) {
      float s = 0;
      for (int b = 0; b < 4; b++) s += __builtin_fabsf(q[i + b]) + (e >> b & 1 ? q[i + b] : -q[i + b]);
      table[place + e] = (uint8_t)(s / scale + 0.5f);
    }
  }
  float estimates[32];
  for (long r = 0; r < n; r += 32) {
    fastscan(blocks + r / 32 * (4 * d + 256), 4 * d, table, scale, -all, estimates);
    for (int j = 0; j < 32; j++) out[r + j] = estimates[j];
  }
}
