/**
 * Chooses the slots of a due schedule that start a run. A slot that came since the last look of a server is on time, and always
 * starts one; the others were missed, and the policy of the schedule decides. Long stretches are read in pieces, with a turn of the
 * event loop between two: a slot takes 40 µs.
 */
import type { ScheduleRecord } from '../../store/schedule-record.ts'
import type { Slots } from './slots.ts'

/** Longest time that a slot counts as on time, though a server has not looked since: for so long a daily run is just late. */
const LATE_MS = 60_000

/** Slots that start no run are counted up to this number, which stands for all larger ones. */
export const MOST_COUNTED = 10_000

/** Most slots that are read in one go, backwards at first a few: mostly one is due. */
const PIECE = 250
const FIRST_PIECE = 2

export interface DueSchedule extends Pick<ScheduleRecord, 'missed' | 'mostMissed'> {
  /** Epoch milliseconds, all three. */
  dueAt: number
  now: number
  /** Slots before this were missed. */
  since: number
}

export interface TakenSlots {
  /** Slots that start a run, the oldest first. */
  fire: number[]
  /** Number of slots before these, or instead of them, that start none. */
  skipped: number
  next: number | undefined
}

export const takeSlots = async (slots: Slots, due: DueSchedule): Promise<TakenSlots> => {
  const onTime = await listNewest(slots, { ...due, from: Math.max(due.dueAt, due.since, due.now - LATE_MS) })
  const missed = await listMissed(slots, due)
  const fire = onTime.length > missed.length ? onTime : missed
  const next = slots.after(due.now)
  return { fire, skipped: await countSlots(slots, { from: due.dueAt, to: fire[0] ?? due.now + 1 }), next }
}

/** Lists the slots that the policy allows, those on time included. */
const listMissed = async (slots: Slots, { missed, mostMissed, dueAt, now }: DueSchedule): Promise<number[]> => {
  if (missed === 'all') return listNewest(slots, { from: dueAt, now, most: mostMissed })
  const from = missed === 'once' ? dueAt : Math.max(dueAt, now - LATE_MS)
  return listNewest(slots, { from, now, most: 1 })
}

/** Lists slots from `from` to `now`, both included, the oldest first: the newest `most` of them. */
const listNewest = async (
  slots: Slots,
  { from, now, most = Number.POSITIVE_INFINITY }: { from: number; now: number; most?: number },
): Promise<number[]> => {
  const found: number[] = []
  let at: number | undefined = now
  for (let size = FIRST_PIECE; at !== undefined && found.length < most; size = Math.min(PIECE, size * 4)) {
    const piece = slots.upTo(at, Math.min(size, most - found.length))
    const inside = piece.filter((slot) => slot >= from)
    found.push(...inside)
    const oldest = inside.at(-1)
    at = inside.length < piece.length || oldest === undefined ? undefined : oldest - 1
    if (at !== undefined) await yieldTurn()
  }
  return found.reverse()
}

/** Counts the slot `from` and those behind it, up to `to`, which is not included. */
const countSlots = async (slots: Slots, { from, to }: { from: number; to: number }): Promise<number> => {
  let count = 0
  for (let at: number | undefined = from; at !== undefined && at < to && count < MOST_COUNTED; at = slots.after(at)) {
    count += 1
    if (count % PIECE === 0) await yieldTurn()
  }
  return count
}

const yieldTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
