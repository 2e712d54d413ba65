/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/kernel.h"

#include <string.h>

extern const Kernel kernel_base, kernel_plain;
#if defined(__x86_64__)
extern const Kernel kernel_avx512, kernel_avx2;
#endif

/* "plain" has one lane, which holds no stereo strip: it is there for the bench
   to compare with. */
static const Kernel *const kernels[] = {
#if defined(__x86_64__)
  &kernel_avx512,
  &kernel_avx2,
#endif
  &kernel_base,
  &kernel_plain,
  NULL
};

const Kernel *const *
kernel_all(void)
{
  return kernels;
}

const Kernel *
kernel_choose(const char *name)
{
  for (size_t i = 0; kernels[i]; i++)
    if (kernels[i]->lanes > 1 && kernels[i]->runs() &&
        (!name || strcmp(name, kernels[i]->name) == 0))
      return kernels[i];
  return NULL;
}
