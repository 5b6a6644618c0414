/**
 * Servers of one database whose addresses a load balancer would have: one after the other is killed, drained or frozen, and another
 * begins in its place. Keeps the notices of all, which tell who had a run and when.
 *
 * A server that was lost keeps its address until another has begun, so that requests reach it too; only the others can be lost then.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { LEASE_BEAT_MS, LEASE_MS } from '../../src/store/store.ts'
import type { SaidNotice, ServeOptions, ServerProcess, Stage } from './stage.ts'

export type Loss = 'kill' | 'drain' | 'freeze'

/** Starts that may fail since the database is away. */
const MOST_FAILED = 100

/** Long enough that others hold all of its runs. */
const FROZEN_MS = LEASE_MS + 3_000

interface Lost {
  how: Loss
  /** Epoch milliseconds. */
  at: number
  server: ServerProcess
}

/** Milliseconds until another server had a run, in ascending order. */
export interface Takeovers extends Record<Loss, number[]> {
  /** The same for drained runs while the database was away: from its return on. */
  returned: number[]
}

/** A time in which no server could reach the database, in epoch milliseconds. */
export interface Outage {
  from: number
  to: number
}

export interface Fleet {
  /** The address of one server, which may be lost. @param draw In [0, 1) */
  pick(draw: number): string
  /**
   * Resolves when another has begun in its place.
   * @param options.draw In [0, 1): chooses one of those that are not lost. @param options.cli The command line of the other
   */
  lose(how: Loss, options: { draw: number } & Pick<ServeOptions, 'cli'>): Promise<void>
  /** Lets the servers that are still frozen go on, and waits for the end of each that was lost. */
  settle(): Promise<void>
  takeovers(outages: readonly Outage[]): Takeovers
  /** How many servers are not lost. */
  live(): number
  /** How often a server could not begin, since the database was away. */
  failedStarts(): number
  /** The notices of all servers. */
  notices(): SaidNotice[]
}

export const startFleet = async (stage: Stage, size: number, first: Pick<ServeOptions, 'cli'> = {}): Promise<Fleet> => {
  let failed = 0
  const urls = new Map<ServerProcess | undefined, string>()
  const begin = async (options: Pick<ServeOptions, 'cli'>): Promise<ServerProcess> => {
    for (;;) {
      try {
        const server = await stage.serve({ listen: '127.0.0.1:0', ...options })
        urls.set(server, urlOf(server))
        return server
      } catch (error) {
        failed++
        if (failed === MOST_FAILED) throw error
        await delay(200)
      }
    }
  }
  const serving = await Promise.all(Array.from({ length: size }, () => begin(first)))
  const all = [...serving]
  const lost: Lost[] = []
  const endings: Promise<unknown>[] = []
  const live = (): ServerProcess[] => serving.filter((server) => !lost.some((one) => one.server === server))
  return {
    pick: (draw) => urls.get(serving[Math.floor(draw * serving.length)]) ?? '',
    async lose(how, { draw, ...options }) {
      const server = live()[Math.floor(draw * live().length)]
      if (server === undefined) return
      lost.push({ how, at: Date.now(), server })
      endings.push(end(server, how))
      const next = await begin({ ...first, ...options })
      serving[serving.indexOf(server)] = next
      all.push(next)
    },
    async settle() {
      await Promise.all(endings)
    },
    takeovers: (outages) => measureTakeovers(lost, { all, outages }),
    live: () => live().length,
    failedStarts: () => failed,
    notices: () => all.flatMap((server) => server.notices()),
  }
}

const urlOf = (server: ServerProcess): string =>
  server.notices().find(({ type }) => type === 'server.started')?.url ?? ''

const end = async (server: ServerProcess, how: Loss): Promise<void> => {
  if (how === 'freeze') {
    server.kill('SIGSTOP')
    await delay(FROZEN_MS)
    server.kill('SIGCONT')
    // It finds out by itself that its runs are another's.
    await delay(LEASE_BEAT_MS)
  }
  server.kill(how === 'kill' ? 'SIGKILL' : 'SIGTERM')
  await server.done
}

const measureTakeovers = (
  lost: readonly Lost[],
  { all, outages }: { all: readonly ServerProcess[]; outages: readonly Outage[] },
): Takeovers => {
  const found: Takeovers = { kill: [], drain: [], freeze: [], returned: [] }
  const said = new Map(all.map((server) => [server, server.notices()]))
  for (const { how, at, server } of lost) {
    const others = all.filter((other) => other !== server).flatMap((other) => said.get(other) ?? [])
    const left = how === 'drain' ? leftBy(said.get(server) ?? []) : heldAt(said.get(server) ?? [], at)
    for (const [run, since] of left) {
      // A run that ended in the same moment is taken up by no other.
      const taken = others.flatMap((notice) => (isTaking(notice, run) ? [Date.parse(notice.time)] : []))
      const next = Math.min(...taken.filter((time) => time >= since - CLOCK_MS))
      const outage = outages.findLast(({ from, to }) => from < next && to > since)
      if (!Number.isFinite(next)) continue
      if (how === 'drain' && outage !== undefined) found.returned.push(Math.max(0, next - outage.to))
      else found[how].push(Math.max(0, next - since))
    }
  }
  for (const times of [found.kill, found.drain, found.freeze, found.returned]) times.sort((a, b) => a - b)
  return found
}

/** The clocks of two servers differ by no more. */
const CLOCK_MS = 20

const isTaking = (notice: SaidNotice, run: string): boolean => notice.type === 'run.taken' && notice.run === run

/** When a draining server left each run that another can take up at once. */
const leftBy = (notices: readonly SaidNotice[]): Map<string, number> =>
  new Map(
    notices.flatMap(({ type, why, run, time }) =>
      type === 'run.left' && why === 'left' && run !== undefined ? [[run, Date.parse(time)]] : [],
    ),
  )

/** The runs that a server held at this time. */
const heldAt = (notices: readonly SaidNotice[], at: number): Map<string, number> => {
  const held = new Map<string, number>()
  for (const { type, run, time } of notices) {
    if (run === undefined || Date.parse(time) > at) continue
    if (type === 'run.taken') held.set(run, at)
    if (type === 'run.left' || type === 'run.ended') held.delete(run)
  }
  return held
}
