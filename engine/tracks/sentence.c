/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/tracks/sentence.h"

#include <stdarg.h>
#include <stdio.h>

void
sentence(char **error, const char *format, ...)
{
  if (!error)
    return;

  va_list args;
  va_start(args, format);
  if (vasprintf(error, format, args) < 0)
    *error = NULL;
  va_end(args);
}
