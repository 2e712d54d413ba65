/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_ENGINE_RT_H
#define CONSORT_ENGINE_RT_H

/* What the audio thread may call.

   RT_SAFE follows the parameter list of every function that the audio thread
   calls: it neither allocates, locks, waits nor makes a system call. Clang 20
   and later prove it; other compilers read the word alone. */

#if defined(__clang__) && defined(__has_c_attribute)
#  if __clang_major__ >= 20
#    define RT_SAFE __attribute__((nonblocking))
#  endif
#endif
#ifndef RT_SAFE
#  define RT_SAFE
#endif

#define NODISCARD __attribute__((warn_unused_result))

#endif
