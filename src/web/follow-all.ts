/** The events of all runs for one reader, from a place on, without a gap. */
import type { Clock } from '../core/clock.ts'
import type { Store } from '../store/store.ts'
import type { AllRunsFeed } from './all-runs-feed.ts'
import type { EventPlace } from './event-place.ts'
import { readPastEvents } from './past-events.ts'
import type { RunEvent } from './run-event.ts'

export interface FollowOptions {
  store: Store
  clock: Clock
  /** Default: behind the newest event. */
  from: EventPlace | undefined
  wants(workflow: string): boolean
  /** Longest silence. */
  heartbeatMs: number
}

/** Events that were read again have no place: a client that is cut off among them begins there again. */
export type FollowedPart = { event: RunEvent; place: EventPlace | undefined }[]

/** Yields an empty part, and the place, when there was nothing for a while. Ends with the feed. @throws StoreError */
export async function* followAll(
  feed: AllRunsFeed,
  { store, clock, from, wants, heartbeatMs }: FollowOptions,
): AsyncGenerator<{ part: FollowedPart; place: EventPlace }> {
  let place = from ?? feed.last
  // A client that is cut off before the first event goes on here.
  if (from === undefined) yield { part: [], place }
  let saidAt = clock.now()
  while (!feed.isStopped) {
    const events = feed.eventsBehind(place)
    if (events === undefined) {
      const [target, followed] = [feed.last, feed.readSoFar()]
      for await (const past of readPastEvents(store, { since: place.since, followed, wants }))
        yield { part: past.map((event) => ({ event, place: undefined })), place }
      place = target
      yield { part: [], place }
      saidAt = clock.now()
      continue
    }
    const part = events.flatMap((event) => (wants(event.workflow) ? [{ event, place: event.place }] : []))
    place = events.at(-1)?.place ?? place
    if (part.length > 0 || clock.now() - saidAt >= heartbeatMs) {
      yield { part, place }
      saidAt = clock.now()
    }
    await feed.wait(place, heartbeatMs - (clock.now() - saidAt))
  }
}
