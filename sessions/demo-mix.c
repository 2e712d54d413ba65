/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-mix.h"

#include <stddef.h>

static const DemoSetting settings[] = {
  { NULL, NULL },
};

const DemoSetting *
demo_mix_settings(void)
{
  return settings;
}
