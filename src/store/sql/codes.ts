import type { EventKind, NoteKind } from '../journal-row.ts'
import type { RunPhase, RunStatus } from '../run-status.ts'

/** The numbers that the database stores for frequent words. A code never gets another meaning: old databases hold it. */
const STATUS_CODES: Record<RunStatus, number> = { running: 0, completed: 1, failed: 2, cancelled: 3 }

const PHASE_CODES: Record<RunPhase, number> = { active: 0, queued: 1, waiting: 2 }

const KIND_CODES: Record<EventKind | NoteKind, number> = {
  created: 0,
  outcome: 1,
  timer: 2,
  signal: 3,
  decision: 4,
  cancel: 5,
  budget: 6,
  begun: 7,
  attempt: 20,
  lost: 21,
  placement: 22,
  late: 23,
  summary: 24,
  stopped: 25,
  undo: 26,
  pause: 27,
  left: 28,
  warning: 29,
  finally: 30,
}

const invert = <Word extends string>(codes: Record<Word, number>): Map<number, Word> =>
  new Map(Object.entries<number>(codes).map(([word, code]) => [code, word as Word]))

const STATUS_WORDS = invert(STATUS_CODES)
const PHASE_WORDS = invert(PHASE_CODES)
const KIND_WORDS = invert(KIND_CODES)

export const toStatusCode = (status: RunStatus): number => STATUS_CODES[status]
export const toPhaseCode = (phase: RunPhase): number => PHASE_CODES[phase]
export const toKindCode = (kind: EventKind | NoteKind): number => KIND_CODES[kind]

/** These return undefined for an unknown code. */
export const toStatus = (code: number): RunStatus | undefined => STATUS_WORDS.get(code)
export const toPhase = (code: number): RunPhase | undefined => PHASE_WORDS.get(code)
export const toKind = (code: number): EventKind | NoteKind | undefined => KIND_WORDS.get(code)
