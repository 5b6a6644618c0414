/**
 * Shows a run to Stately's inspector: the machines of the run and of its foreach items as actors, with every event and the snapshot
 * after it, and the effects of the run as actors below them.
 *
 * 1. It only reads. An error here never reaches the run.
 */
import { createInspector } from '@statelyai/inspect'
import type { MachineEvent } from '../../compiler/link/machine-event.ts'
import type { LinkedMachine } from '../../compiler/link.ts'
import { UNDO } from '../../core/machine-ends.ts'
import type { OpenEffect } from '../../runtime/effects/run-effect.ts'
import type { Run } from '../../runtime/run.ts'
import type { RunNotice } from '../../runtime/run-notice.ts'
import type { MachineObserver } from '../../runtime/scope/machine-observer.ts'
import { contextOf, pathOf, type Scope } from '../../runtime/scope/scope.ts'
import { createSocketAdapter, type SocketOptions } from './socket-adapter.ts'

export interface RunInspector {
  /** Starts with the current state of the run. */
  follow(run: Run): void
  take(notice: RunNotice): void
  close(): Promise<void>
}

export const createRunInspector = (options: SocketOptions): RunInspector => {
  const adapter = createSocketAdapter(options)
  let watched: WatchedRun | undefined
  const early: RunNotice[] = []
  return {
    follow(run) {
      const inspector = createInspector(adapter, { serialize: (event) => ({ ...event, rootId: run.id }) })
      watched = new WatchedRun(run.id, inspector)
      run.state.observe(quietly(watched))
      for (const notice of early) watched.take(notice)
    },
    take(notice) {
      if (watched === undefined) early.push(notice)
      else watched.take(notice)
    },
    close: () => adapter.close(),
  }
}

type Inspector = ReturnType<typeof createInspector>

/** Identifies an actor to the inspector, in the form of XState's own actors. */
interface ShownActor {
  sessionId: string
  id: string
  _parent?: ShownActor
  logic: { config: object }
  /** The inspector's type needs both; it calls neither. */
  send(): void
  getSnapshot(): undefined
}

const toActor = (
  { sessionId, id }: Pick<ShownActor, 'sessionId' | 'id'>,
  { parent, config }: { parent: ShownActor | undefined; config: object },
): ShownActor => ({
  sessionId,
  id,
  ...(parent === undefined ? {} : { _parent: parent }),
  logic: { config },
  send() {},
  getSnapshot: () => undefined,
})

class WatchedRun implements MachineObserver {
  readonly #runId: string
  readonly #inspector: Inspector
  /** By path, empty for the root. */
  readonly #machines = new Map<string, ShownActor>()
  /** Effects without an outcome, by path. */
  readonly #effects = new Map<string, ShownActor>()

  constructor(runId: string, inspector: Inspector) {
    this.#runId = runId
    this.#inspector = inspector
  }

  opened(scope: Scope): void {
    const config = configOf(scope)
    const isRoot = scope.path === ''
    const actor = toActor(
      { sessionId: isRoot ? this.#runId : `${this.#runId}/${scope.path}`, id: isRoot ? config.id : scope.path },
      { parent: scope.parent && this.#machines.get(scope.parent.scope.path), config },
    )
    this.#machines.set(scope.path, actor)
    this.#inspector.actor(actor, toSnapshot(scope))
  }

  told(scope: Scope, event: MachineEvent): void {
    const actor = this.#machines.get(scope.path)
    if (actor === undefined) return
    const source = event.actorId === undefined ? undefined : this.#endEffect(pathOf(scope, event.actorId), event)
    this.#inspector.event(actor, { ...event }, source === undefined ? {} : { source })
    this.#inspector.snapshot(actor, toSnapshot(scope), { event: { ...event } })
  }

  closed(scope: Scope): void {
    const actor = this.#machines.get(scope.path)
    if (actor === undefined) return
    if (scope.snapshot.status === 'active') this.#inspector.snapshot(actor, { ...toSnapshot(scope), status: 'stopped' })
    this.#machines.delete(scope.path)
  }

  take(notice: RunNotice): void {
    if (notice.type === 'attempt.started') this.#start(notice.effect, notice.attempt)
    else if (notice.type === 'attempt.failed') {
      const actor = this.#effects.get(notice.effect.path)
      const event = { type: 'attempt.failed', fault: notice.fault, retry_in_ms: notice.retryInMs ?? null }
      if (actor !== undefined) this.#inspector.event(actor, event)
    } else if (notice.type === 'effect.stopped') {
      const actor = this.#effects.get(notice.path)
      this.#effects.delete(notice.path)
      if (actor !== undefined) this.#inspector.snapshot(actor, { status: 'stopped' })
    }
  }

  #start({ path, visit, input }: OpenEffect, attempt: number): void {
    const known = this.#effects.get(path)
    if (known !== undefined) {
      this.#inspector.event(known, { type: 'attempt.started', attempt })
      return
    }
    const actor = toActor(
      { sessionId: `${this.#runId}/${path}#${visit}`, id: path },
      { parent: this.#machines.get(scopeOf(path)), config: { id: path } },
    )
    this.#effects.set(path, actor)
    this.#inspector.actor(actor, { status: 'active', context: { input, attempt } })
  }

  #endEffect(path: string, { output, error }: MachineEvent): ShownActor | undefined {
    const actor = this.#effects.get(path)
    this.#effects.delete(path)
    if (actor === undefined) return undefined
    const end = error === undefined ? { status: 'done' as const, output } : { status: 'error' as const, error }
    this.#inspector.snapshot(actor, end)
    return actor
  }
}

/** Path of the machine that an effect belongs to. All undoing effects belong to one machine. */
const scopeOf = (path: string): string =>
  path.startsWith(`${UNDO}/`) ? UNDO : path.slice(0, Math.max(0, path.lastIndexOf('/')))

const configOf = ({ linked }: Scope): { id: string } => {
  const { config, machine } = linked as Partial<LinkedMachine>
  return (config ?? machine?.config ?? { id: 'machine' }) as { id: string }
}

/** Leaves out the outer context of a foreach item, which its parent shows. */
const toSnapshot = (scope: Scope) => {
  const { status, value, output } = scope.snapshot
  const { outer, ...context } = contextOf(scope)
  return { status, value, context, output }
}

/** Keeps errors of the observer from the fold. */
const quietly = (observer: MachineObserver): MachineObserver => {
  const guard =
    <A extends unknown[]>(call: (...args: A) => void) =>
    (...args: A): void => {
      try {
        call(...args)
      } catch {
        // The viewer sees that something is missing.
      }
    }
  return {
    opened: guard((scope: Scope) => observer.opened(scope)),
    told: guard((scope: Scope, event: MachineEvent) => observer.told(scope, event)),
    closed: guard((scope: Scope) => observer.closed(scope)),
  }
}
