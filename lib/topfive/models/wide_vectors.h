// Loops that run on any x86-64 and still use the widest vectors of the machine.
#pragma once

// Before a function: one build serves machines with and without AVX, and the loader picks the widest version that the
// processor has.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define TOPFIVE_WIDE_VECTORS __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TOPFIVE_WIDE_VECTORS
#endif
