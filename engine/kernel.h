/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_ENGINE_KERNEL_H
#define CONSORT_ENGINE_KERNEL_H

/* Banks, and the kernels that process them.

   A bank is a number of legs processed side by side, one in each lane of a
   vector. A kernel is the lanes' code built for one instruction set; the engine
   picks one at start and calls the lanes through it alone. The state of a leg
   is one column of the bank's lanes, so that it can be copied from bank to
   bank. */

#include "engine/strip.h"

#define MAX_LANES 16

/* What is louder than this at an input is a fault, not a sound. */
#define INPUT_LIMIT 1000.0f /* +60 dBFS */

/* Where a strip's signal can be taken, in the order of the table's choices. */
typedef enum Tap {
  TAP_INPUT,  /* after trim, polarity and delay */
  TAP_PRE_EQ, /* after filters and gate */
  TAP_POST_EQ,
  TAP_PRE_FADER,  /* after dynamics and insert */
  TAP_POST_FADER, /* after fader and mute, before pan */
  TAPS
} Tap;

/* A way from a bank to a destination: what the strip's values say of it. */
typedef enum WayKind {
  WAY_MAIN,
  WAY_GROUP, /* bus: index from 0 */
  WAY_SEND,  /* bus: index from 0 */
  WAY_PFL,
  WAY_AFL,
  WAY_MONITOR, /* main to monitor */
  WAY_OUTPUT,  /* slot, from SLOT_BUS: a strip to its physical output */
} WayKind;

/* What a bank's tap sounded like of late: the memory behind AlignedTap. */
typedef struct TapRing {
  Tap    tap;
  int    size;   /* frames, a power of two */
  float *frames; /* size × lanes */
} TapRing;

/* A bank's signals of one tap, delayed lane by lane so that all arrive together
   with what takes longer. Those of ways never change: another delay is another
   way, and gains fade from the one to the other. Those that hold a body back
   for its key move: they fade from the old delays to the new. */
typedef struct AlignedTap {
  TapRing *ring;
  int      delay[MAX_LANES];
  int      old[MAX_LANES]; /* where a move came from */
  int      fade;           /* frames left of it */
  int      fade_frames;    /* of them all */
  float   *frame;          /* GRID_FRAMES × lanes: this slice */
} AlignedTap;

typedef struct Way {
  uint8_t     kind; /* WayKind */
  uint8_t     tap;
  uint8_t     bus;
  bool        retired; /* fades out whatever the values say */
  bool        waits;   /* its gains stay as they are until its turn has come */
  uint16_t    dest;    /* an index of the plan's destinations */
  AlignedTap *aligned; /* NULL: the tap as it is */
  void       *cross;   /* the kernel's gains, kept from plan to plan */
} Way;

/* Blocks of a bank that are in use: bits of Bank.active. */
enum {
  ACTIVE_FILTER = 1 << 0, /* 4 sections: HPF, HPF, LPF, LPF */
  ACTIVE_EQ     = 1 << 4, /* 6 sections */
  ACTIVE_GATE   = 1 << 10,
  ACTIVE_COMP   = 1 << 11,
  ACTIVE_DEESS  = 1 << 12,
};

typedef struct Bank {
  void    *lanes;            /* the kernel's state, columns alone */
  Strip   *strip[MAX_LANES]; /* NULL: the lane is free */
  uint8_t  leg[MAX_LANES];
  unsigned active;
  unsigned gliding; /* bits as in active: sections whose coefficients move */
  bool     comp_pre;
  int      index;       /* in the plan in use */
  int      position;    /* of the rings, in frames; wraps round */
  int      ring_frames; /* of the look-ahead's rings, a power of two */
  float   *gate_ring;   /* NULL: nobody looks ahead */
  float   *comp_ring;
  float   *in;   /* GRID_FRAMES × lanes: after trim and delay */
  float   *held; /* what the body hears of it, later; NULL: in */
} Bank;

/* What a slice of a bank works in: GRID_FRAMES × lanes each. */
typedef struct Work {
  float   *x;         /* the signal on its way */
  float   *tap[TAPS]; /* TAP_INPUT stays NULL: it is Bank.in */
  float   *key;
  unsigned taps; /* which taps anybody takes: bits */
} Work;

typedef struct Kernel {
  const char *name;
  int         lanes;
  size_t      lanes_size; /* bytes of a bank's lanes, a multiple of 64 */
  size_t      cross_size; /* bytes of a way's gains, a multiple of 64 */

  /* Can this processor run it? [any] */
  bool (*runs)(void);

  /* Silent lanes with everything off. [any] */
  void (*init)(Bank *bank, double rate);

  /* One leg's whole state, what it looks ahead to included, to another place.
     A bank that was only just initialised is a source of silence. [audio] */
  void (*copy_lane)(Bank *to, int to_lane, const Bank *from, int from_lane)
    RT_SAFE;

  /* Brings filters and dynamics of a strip's lanes to its values: by gliding,
     or now. dirty says which. [audio, at grid points] */
  void (*apply)(Bank        *bank,
                const Strip *strip,
                unsigned     dirty,
                double       rate,
                bool         now) RT_SAFE;

  /* Trim and fader of one lane: a shaped ramp of about 5 ms from this frame on,
     or now. [audio] */
  void (*set_trim)(Bank *bank, int lane, float gain, double rate, bool now)
    RT_SAFE;
  void (*set_fader)(Bank *bank, int lane, float gain, double rate, bool now)
    RT_SAFE;

  /* Gains of one lane's way to the two sides; one lane's gains, as they are
     and as they move, to another place. [audio] */
  void (*cross_init)(void *cross) RT_SAFE;
  void (*copy_cross)(Way *to, int to_lane, const Way *from, int from_lane)
    RT_SAFE;
  void (*set_cross)(Way   *way,
                    int    lane,
                    float  left,
                    float  right,
                    double rate,
                    bool   now) RT_SAFE;

  /* At each grid point, before its frames. [audio] */
  void (*grid)(Bank *bank) RT_SAFE;

  /* The chain, n <= GRID_FRAMES frames at a time. [audio] */
  void (*head)(Bank *bank, const float *const *source, int n) RT_SAFE;
  void (*read_leg)(const float *frames, int lane, float *planar, int n) RT_SAFE;
  void (*write_leg)(float *frames, int lane, const float *planar, int n)
    RT_SAFE;
  void (*body)(Bank               *bank,
               const float *const *gate_key,
               const float *const *comp_key,
               Work               *work,
               int                 n) RT_SAFE;
  void (*tail)(Bank *bank, Work *work, int n) RT_SAFE;

  /* Writes a tap's frames behind those at position, and reads them, late.
     [audio] */
  void (*keep)(TapRing *ring, const float *frames, int position, int n) RT_SAFE;
  void (*align)(AlignedTap *aligned, int position, int n) RT_SAFE;

  /* Adds a bank's way to its destination's two sums of GRID_FRAMES × lanes; and
     makes plain signals of sums. [audio] */
  void (*mix)(Way *way, const float *frames, float *left, float *right, int n)
    RT_SAFE;
  void (*reduce)(const float *sum, float *planar, int n) RT_SAFE;

  /* Raises the meters of the bank's strips. [audio] */
  void (*publish)(Bank *bank) RT_SAFE;
} Kernel;

/* The kernel of that name, or the fastest that this processor can run where
   name is NULL; NULL where it cannot be had. Never one that is too narrow for a
   stereo strip. [any] */
const Kernel *kernel_choose(const char *name);

/* Every kernel that was built, the fastest first; NULL behind the last. [any]
 */
const Kernel *const *kernel_all(void);

#endif
