/*
 * One InfusionsoftConnector under two replicas: creation, late commits, duplicates and deletion.
 *
 * Every interleaving within the bounds is explored, with stale caches, lost answers, late commits, crashes and
 * fail-overs. README.md names the code that each part abstracts, and the rules that a define takes out.
 */
#ifndef CODES
#define CODES 2
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef FAILOVERS
#define FAILOVERS 1
#endif
#define IDS 2

/* Kubernetes. Each write to the resource raises its version. */
byte version = 1;
bool exists = true;
bool deleting;
bool finalizer;
byte inUse;               /* status.instance.id; 0 is none */
byte condemned;           /* the duplicate that status names before its DELETE; 0 is none */
byte code = 1;            /* the code in the Secret */
bool recorded[CODES + 1]; /* codes in the record: each counts as sent */
byte open;                /* the code whose outcome the record leaves open; 0 is none */
bool tombstone;           /* watches for late instances of the deleted resource */
byte leader = 1;
byte epoch = 1;           /* grows with each fail-over */

/* Open Connectors. Every instance carries the tags of the resource. */
byte created;
bool alive[IDS + 1];
byte inflight;            /* creates that are neither committed nor dropped */
byte sent[CODES + 1];     /* sends, less those that provably were not processed */
bool refused;             /* one request was provably not processed; more would only repeat it */

/* LATE_COMMIT_WINDOW since the latest record. */
bool window;
byte preparing;           /* the epoch of the replica between record and send; 0 is none */

byte killed;              /* the replica that dies next */

#define OTHER_THAN(x) (alive[1] && 1 != (x) -> 1 : (alive[2] && 2 != (x) -> 2 : 0))
#ifdef NO_SEARCH
#define FOUND 0
#else
#define FOUND OTHER_THAN(0)
#endif
#define MISSING       (inUse != 0 && !alive[inUse])
#define NEEDS_CODE    (inUse == 0 && open == 0 && recorded[code])

#define CURRENT (version == held)
#ifdef UNCONDITIONAL_RECORD
#define RECORD_ALLOWED true
#else
#define RECORD_ALLOWED CURRENT
#endif
#ifdef UNCONDITIONAL_DELETE
#define CONDEMN_ALLOWED true
#else
#define CONDEMN_ALLOWED CURRENT
#endif
#ifdef NO_LEASE_CHECK
#define LEADS true
#else
#define LEADS (leader == me && epoch == mine)
#endif

#define WORK_LIVING (exists && !deleting && ( \
  MISSING || condemned != 0 || (inUse != 0 && window && OTHER_THAN(inUse) != 0) || \
  (inUse == 0 && (open != 0 || !recorded[code] || FOUND != 0))))
#define WORK_ENDING (exists && deleting)
#define WORK_ENDED  (!exists && tombstone && (OTHER_THAN(0) != 0 || !window))

proctype Replica(byte me) {
  /* `held`: the version of the object in hand, which an own write replaces. `seen…`: the object in the cache. */
  byte mine, held, seenVersion = 1, seenInUse, seenOpen, seenCode = 1, seenCondemned, target;
  bool seenExists = true, seenDeleting, seenRecorded;

end:
  do
  :: {
endIdle:
    do
    :: atomic {
        leader == me && (WORK_LIVING || WORK_ENDING || WORK_ENDED) ->
        mine = epoch;
        target = 0;
        if
        :: /* The cache is current. */
          seenVersion = version; seenInUse = inUse; seenOpen = open; seenCode = code;
          seenCondemned = condemned; seenExists = exists; seenDeleting = deleting;
          seenRecorded = recorded[code]
        :: /* The cache is stale. */
          true
        fi;
        held = seenVersion
      }
      if
      :: !exists ->
        atomic {
          if
          :: LEADS && tombstone && OTHER_THAN(0) != 0 -> alive[OTHER_THAN(0)] = false
          :: LEADS && tombstone && OTHER_THAN(0) == 0 && !window -> tombstone = false
          :: else
          fi
        }
      :: exists && seenDeleting ->
        target = OTHER_THAN(0);
        atomic {
          if
          :: target != 0 && LEADS -> alive[target] = false
          :: else
          fi
        };
        /* Absence is confirmed: the tombstone is written, then the finalizer is removed. */
        if
        :: OTHER_THAN(0) == 0 ->
#ifndef NO_TOMBSTONE
          atomic { if :: exists -> tombstone = true :: else fi };
#endif
          atomic {
            if
            :: CURRENT && exists -> exists = false; finalizer = false; version++
            :: else
            fi
          }
        :: else
        fi
      :: exists && !seenDeleting && seenCondemned != 0 ->
        target = seenCondemned;
        goto remove
      :: exists && !seenDeleting && seenCondemned == 0 && seenInUse != 0 && !alive[seenInUse] ->
        atomic {
          if
          :: CURRENT -> inUse = 0; version++
          :: else
          fi
        }
      :: exists && !seenDeleting && seenCondemned == 0 && seenInUse != 0 && alive[seenInUse] ->
        target = OTHER_THAN(seenInUse);
        if
        :: target == 0
        :: target != 0 ->
          atomic {
            if
            :: CONDEMN_ALLOWED -> condemned = target; version++; held = version
            :: else -> goto next
            fi
          };
remove:
          atomic {
            if
            :: LEADS && exists ->
              assert(deleting || target != inUse);
              alive[target] = false
            :: else -> goto next
            fi
          };
          atomic {
            if
            :: CURRENT -> condemned = 0; version++
            :: else
            fi
          }
        fi
      :: exists && !seenDeleting && seenCondemned == 0 && seenInUse == 0 ->
        target = FOUND;
        if
        :: target != 0 ->
          atomic {
            if
            :: CURRENT -> inUse = target; open = 0; finalizer = true; version++
            :: else
            fi
          }
        :: target == 0 && seenOpen != 0 ->
          /* Nothing was found after the deadline: the code is spent. */
          atomic {
            if
            :: CURRENT -> open = 0; version++
            :: else
            fi
          }
        :: target == 0 && seenOpen == 0 && seenRecorded
        :: target == 0 && seenOpen == 0 && !seenRecorded ->
#ifndef NO_RECORD
          atomic {
            if
            :: RECORD_ALLOWED ->
              recorded[seenCode] = true; open = seenCode; finalizer = true;
              window = true; preparing = mine;
              version++; held = version
            :: else -> goto next
            fi
          };
#endif
          atomic {
            if
            :: LEADS && created + inflight < IDS ->
              sent[seenCode]++;
              assert(sent[seenCode] == 1);
              inflight++;
              if :: preparing == mine -> preparing = 0 :: else fi
            :: else -> goto next
            fi
          };
          if
          :: true /* No answer. */
          :: atomic { inflight > 0 -> inflight--; created++; alive[created] = true; target = created };
            atomic {
              if
              :: CURRENT -> inUse = target; open = 0; version++
              :: else
              fi
            }
          :: atomic { inflight > 0 && !refused -> inflight--; sent[seenCode]--; refused = true };
            /* The answer proves that nothing was processed: the code may be sent again. */
            atomic {
              if
              :: CURRENT -> recorded[seenCode] = false; open = 0; version++
              :: else
              fi
            }
          fi
        fi
      fi;
next:
      skip
    od
  } unless {
    atomic {
      killed == me ->
      killed = 0;
      if :: preparing == mine -> preparing = 0 :: else fi
    }
  }
  od
}

/* Open Connectors commits a request late, or drops it. */
active proctype Server() {
end:
  do
  :: atomic { inflight > 0 -> inflight--; created++; alive[created] = true }
  :: atomic { inflight > 0 -> inflight-- }
  od
}

/* Provides a new code where one is requested; may delete the resource, and an instance in the console. */
active proctype User() {
  bool deletes, removes;
  if :: deletes = true :: true fi;
  if :: removes = true :: true fi;
end:
  do
  :: atomic { exists && !deleting && NEEDS_CODE && code < CODES -> code++; version++ }
  :: atomic {
      deletes && exists ->
      deletes = false;
      version++;
      if
      :: finalizer -> deleting = true
      :: else -> exists = false
      fi
    }
  :: atomic { removes && inUse != 0 && alive[inUse] -> removes = false; alive[inUse] = false }
  od
}

/* The window ends after every request is decided and the listings within it were handled. */
active proctype Time() {
end:
  do
  :: atomic {
      window && inflight == 0 && preparing != epoch &&
      !(exists && (WORK_LIVING || WORK_ENDING)) && !(!exists && tombstone && OTHER_THAN(0) != 0) ->
      window = false
    }
  od
}

active proctype Faults() {
  byte crashes, failovers;
  do
  :: crashes < CRASHES -> atomic { killed == 0 -> crashes++; killed = leader }
  :: failovers < FAILOVERS -> atomic { failovers++; epoch++; leader = 3 - leader }
  :: crashes == CRASHES && failovers == FAILOVERS -> break
  od
}

/* Nothing can happen any more. */
active proctype Settled() {
  timeout ->
  assert(inflight == 0);
  if
  :: exists ->
    assert(!deleting);
    assert(inUse == 0 || alive[inUse]);
    assert(OTHER_THAN(inUse) == 0);
    assert(inUse != 0 || (NEEDS_CODE && code == CODES))
  :: !exists ->
    assert(OTHER_THAN(0) == 0);
    assert(!tombstone)
  fi
}

init {
  atomic { run Replica(1); run Replica(2) }
}
