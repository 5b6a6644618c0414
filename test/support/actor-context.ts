import type { ActorContext, ActorWarning, BlobContent, Progress, Usage } from '../../src/core/actor.ts'
import { Fault } from '../../src/core/fault.ts'
import { hashBytes } from '../../src/core/hash.ts'

/** Context of an actor, with a record of its use. */
export interface TestContext extends ActorContext {
  progressed: Progress[]
  used: Usage[]
  warned: ActorWarning[]
  /** Reasons of the waits that began, and of those that ended. */
  waits: string[]
  blobs: BlobContent[]
  /** Messages and fields, as text. */
  logged: string[]
}

/** By default: a signal that is never aborted, a deadline a minute away, the host's own key, no secrets. */
export const createActorContext = (overrides: Partial<ActorContext> = {}): TestContext => {
  const record = {
    progressed: [] as Progress[],
    used: [] as Usage[],
    warned: [] as ActorWarning[],
    waits: [] as string[],
    blobs: [] as BlobContent[],
    logged: [] as string[],
  }
  const log = (message: string, fields?: unknown): void => {
    record.logged.push(`${message} ${JSON.stringify(fields ?? {})}`)
  }
  return {
    ...record,
    signal: new AbortController().signal,
    key: 'r-1/step/1',
    keyIsExplicit: false,
    attempt: 1,
    deadline: Date.now() + 60_000,
    progress: (progress) => void record.progressed.push(progress),
    usage: (usage) => void record.used.push(usage),
    waiting: (reason) => {
      record.waits.push(reason)
      return () => void record.waits.push(`${reason} ended`)
    },
    warn: (warning) => void record.warned.push(warning),
    secret(name) {
      throw new Fault('unauthorized', `the secret '${name}' is not set`)
    },
    async blob(blob) {
      record.blobs.push(blob)
      const { bytes, media_type, name } = blob
      return { $blob: hashBytes(bytes), media_type, size: bytes.length, name }
    },
    log: { debug: log, warn: log },
    ...overrides,
  }
}
