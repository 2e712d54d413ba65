/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/fault.h"

#include <stddef.h>

typedef struct FaultText {
  const char *word;
  const char *sentence;
} FaultText;

static const FaultText texts[OSC_FAULTS] = {
  [OSC_FINE]       = { "fine", "Nothing is wrong." },
  [OSC_TOO_LONG]   = { "too-long",
                       "The datagram is longer than 32768 bytes; send less at a "
                         "time." },
  [OSC_MALFORMED]  = { "malformed", "This is not a well-formed OSC packet." },
  [OSC_TOO_DEEP]   = { "too-deep",
                       "Bundles may stand in one another no more than 4 deep." },
  [OSC_FAR_FUTURE] = { "far-future",
                       "The bundle is for later than one second from now; "
                       "send it when it is due, or set the clock." },
  [OSC_NOT_FINITE] = { "not-finite",
                       "A number is NaN or infinite; -inf dB is position 0, "
                       "or the text \"-inf\"." },
  [OSC_NOT_UTF8]   = { "not-utf8", "A string is not valid UTF-8." },
  [OSC_UNKNOWN]    = { "unknown", "The desk has no such address." },
  [OSC_REFUSED]    = { "refused", "The desk refuses this." },
  [OSC_TOO_MUCH]   = { "too-much",
                       "One datagram asks for too many changes; send them in "
                         "several." },
  [OSC_CROWDED]    = { "crowded", "There is no room for more." },
  [OSC_IGNORED]    = { "ignored", "Ignored." },
  [OSC_OWN]        = { "own", "The desk does not answer itself." },
  [OSC_UNSENT]     = { "unsent", "The network did not take an answer." },
  [OSC_WITHHELD]   = { "withheld", "Too many sentences at a time." },
};

const char *
osc_fault_word(OscFault fault)
{
  return texts[fault].word;
}

const char *
osc_fault_sentence(OscFault fault)
{
  return texts[fault].sentence;
}
