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
