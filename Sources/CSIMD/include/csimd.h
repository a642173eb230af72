// Vector primitives that Swift cannot express, as always-inlined C.
//
// Swift's `SIMD16<Float>.addingProduct` is a lane loop that LLVM turns into a vector
// multiply-add only by luck. A function around `__builtin_elementwise_fma` gives exactly one
// instruction. The functions take the code generation flags of the module that inlines them, so
// a `v16f` function may only be called from a module built for AVX-512, a `v8f` one from AVX2.
#ifndef CSIMD_H
#define CSIMD_H

#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

typedef float cs_v4f __attribute__((ext_vector_type(4)));
typedef float cs_v8f __attribute__((ext_vector_type(8)));
typedef float cs_v16f __attribute__((ext_vector_type(16)));

#define CS_INLINE static inline __attribute__((always_inline))

// acc + a * b. One rounding where the target has FMA, two where it has not: a call to libm's
// software fmaf in an inner loop would cost a hundred times the product.
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define CS_FMA(a, b, acc) __builtin_elementwise_fma(a, b, acc)
#else
#define CS_FMA(a, b, acc) ((a) * (b) + (acc))
#endif

CS_INLINE cs_v4f cs_fma4(cs_v4f a, cs_v4f b, cs_v4f acc) { return CS_FMA(a, b, acc); }
CS_INLINE cs_v8f cs_fma8(cs_v8f a, cs_v8f b, cs_v8f acc) { return CS_FMA(a, b, acc); }
CS_INLINE cs_v16f cs_fma16(cs_v16f a, cs_v16f b, cs_v16f acc) { return CS_FMA(a, b, acc); }

CS_INLINE cs_v4f cs_broadcast4(const float *p) { return (cs_v4f)(*p); }
CS_INLINE cs_v8f cs_broadcast8(const float *p) { return (cs_v8f)(*p); }
CS_INLINE cs_v16f cs_broadcast16(const float *p) { return (cs_v16f)(*p); }

// One instruction per vector; Swift's squareRoot tests every lane for libm's errno.
CS_INLINE cs_v4f cs_sqrt4(cs_v4f v) { return __builtin_elementwise_sqrt(v); }
CS_INLINE cs_v8f cs_sqrt8(cs_v8f v) { return __builtin_elementwise_sqrt(v); }
CS_INLINE cs_v16f cs_sqrt16(cs_v16f v) { return __builtin_elementwise_sqrt(v); }

// The operands' maximum and minimum, one instruction each. Where `b` is NaN the result is NaN on
// every instruction set; where only `a` is, it is `b` on x86-64 and NaN on arm64. So what is to keep
// its NaN is written second. Swift's pointwiseMax and pointwiseMin honour NaN lane by lane.
#if defined(__x86_64__)
CS_INLINE cs_v4f cs_max4(cs_v4f a, cs_v4f b) { return (cs_v4f)_mm_max_ps((__m128)a, (__m128)b); }
CS_INLINE cs_v4f cs_min4(cs_v4f a, cs_v4f b) { return (cs_v4f)_mm_min_ps((__m128)a, (__m128)b); }
#elif defined(__aarch64__)
CS_INLINE cs_v4f cs_max4(cs_v4f a, cs_v4f b) { return (cs_v4f)vmaxq_f32((float32x4_t)a, (float32x4_t)b); }
CS_INLINE cs_v4f cs_min4(cs_v4f a, cs_v4f b) { return (cs_v4f)vminq_f32((float32x4_t)a, (float32x4_t)b); }
#endif
#if defined(__AVX2__)
CS_INLINE cs_v8f cs_max8(cs_v8f a, cs_v8f b) { return (cs_v8f)_mm256_max_ps((__m256)a, (__m256)b); }
CS_INLINE cs_v8f cs_min8(cs_v8f a, cs_v8f b) { return (cs_v8f)_mm256_min_ps((__m256)a, (__m256)b); }
#endif
#if defined(__AVX512F__)
CS_INLINE cs_v16f cs_max16(cs_v16f a, cs_v16f b) { return (cs_v16f)_mm512_max_ps((__m512)a, (__m512)b); }
CS_INLINE cs_v16f cs_min16(cs_v16f a, cs_v16f b) { return (cs_v16f)_mm512_min_ps((__m512)a, (__m512)b); }
#endif

// 1 / sqrt(v) to 11 bits or more.
#if defined(__x86_64__)
CS_INLINE cs_v4f cs_rsqrt_estimate4(cs_v4f v) { return (cs_v4f)_mm_rsqrt_ps((__m128)v); }
#elif defined(__aarch64__)
CS_INLINE cs_v4f cs_rsqrt_estimate4(cs_v4f v) {
  float32x4_t x = (float32x4_t)v, r = vrsqrteq_f32(x);
  return (cs_v4f)vmulq_f32(r, vrsqrtsq_f32(vmulq_f32(x, r), r));
}
#endif
#if defined(__AVX2__)
CS_INLINE cs_v8f cs_rsqrt_estimate8(cs_v8f v) { return (cs_v8f)_mm256_rsqrt_ps((__m256)v); }
#endif
#if defined(__AVX512F__)
CS_INLINE cs_v16f cs_rsqrt_estimate16(cs_v16f v) { return (cs_v16f)_mm512_rsqrt14_ps((__m512)v); }
#endif

// Lane i: the sum of elements i - 2 to i + 2 of `b` continued by `a` before and `c` behind it.
CS_INLINE cs_v4f cs_sum_of_five4(cs_v4f a, cs_v4f b, cs_v4f c) {
  return (__builtin_shufflevector(a, b, 2, 3, 4, 5) + __builtin_shufflevector(a, b, 3, 4, 5, 6)) +
         (__builtin_shufflevector(b, c, 1, 2, 3, 4) + __builtin_shufflevector(b, c, 2, 3, 4, 5)) + b;
}
CS_INLINE cs_v8f cs_sum_of_five8(cs_v8f a, cs_v8f b, cs_v8f c) {
  return (__builtin_shufflevector(a, b, 6, 7, 8, 9, 10, 11, 12, 13) +
          __builtin_shufflevector(a, b, 7, 8, 9, 10, 11, 12, 13, 14)) +
         (__builtin_shufflevector(b, c, 1, 2, 3, 4, 5, 6, 7, 8) +
          __builtin_shufflevector(b, c, 2, 3, 4, 5, 6, 7, 8, 9)) + b;
}
CS_INLINE cs_v16f cs_sum_of_five16(cs_v16f a, cs_v16f b, cs_v16f c) {
  return (__builtin_shufflevector(
              a, b, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29) +
          __builtin_shufflevector(
              a, b, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30)) +
         (__builtin_shufflevector(b, c, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16) +
          __builtin_shufflevector(b, c, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)) + b;
}

// Keeps the compiler from moving memory accesses across this point; no instruction. Between the
// steps of a register tile it stops loads from being hoisted into registers the tile needs.
CS_INLINE void cs_compiler_barrier(void) { __asm__ volatile("" ::: "memory"); }

// The vector has its value, in a register, when the program comes here; no instruction. Where every
// accumulator of a register tile is held between two steps, the compiler cannot let one's product
// slip behind the loads of the next step, for which it then lacked registers.
#if defined(__x86_64__)
#define CS_HOLD(v, kind) __asm__ volatile("" : "+" kind(v))
#else
#define CS_HOLD(v, kind) __asm__ volatile("" : "+w"(v))
#endif
CS_INLINE cs_v4f cs_hold4(cs_v4f v) { CS_HOLD(v, "x"); return v; }
#if defined(__AVX2__)
CS_INLINE cs_v8f cs_hold8(cs_v8f v) { CS_HOLD(v, "x"); return v; }
#endif
#if defined(__AVX512F__)
CS_INLINE cs_v16f cs_hold16(cs_v16f v) { CS_HOLD(v, "v"); return v; }
#endif

// Asks for the cache line at `p`; any address will do.
CS_INLINE void cs_prefetch(const float *p) { __builtin_prefetch(p, 0, 3); }

// The same, into the second-level cache only.
CS_INLINE void cs_prefetch_l2(const float *p) { __builtin_prefetch(p, 0, 2); }

// A spin-wait hint.
CS_INLINE void cs_pause(void) {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// Treats denormals as zero in this thread. A denormal operand makes an FMA 25 times slower.
CS_INLINE void cs_flush_denormals(void) {
#if defined(__x86_64__)
  _mm_setcsr(_mm_getcsr() | 0x8040);
#elif defined(__aarch64__)
  uint64_t fpcr;
  __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
  __asm__ volatile("msr fpcr, %0" : : "r"(fpcr | (1ull << 24)));
#endif
}

// What this CPU has and this operating system saves, a bit each; the order is CPUFeatures'.
CS_INLINE uint32_t cs_cpu_features(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return (uint32_t)(__builtin_cpu_supports("avx2") != 0) << 0 |
         (uint32_t)(__builtin_cpu_supports("fma") != 0) << 1 |
         (uint32_t)(__builtin_cpu_supports("bmi") != 0) << 2 |
         (uint32_t)(__builtin_cpu_supports("bmi2") != 0) << 3 |
         (uint32_t)(__builtin_cpu_supports("avx512f") != 0) << 4 |
         (uint32_t)(__builtin_cpu_supports("avx512bw") != 0) << 5 |
         (uint32_t)(__builtin_cpu_supports("avx512cd") != 0) << 6 |
         (uint32_t)(__builtin_cpu_supports("avx512dq") != 0) << 7 |
         (uint32_t)(__builtin_cpu_supports("avx512vl") != 0) << 8;
#else
  return 0;
#endif
}

#endif
