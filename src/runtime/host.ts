/**
 * The host: runs machines in this process. Creates, resumes and cancels runs, keeps their leases, empties their inboxes.
 *
 * It owns this process's identity towards the store, and the two beats: renewing leases (each 3 s) and reading inboxes
 * (each 250 ms), both only while it holds a run. What happens inside a run is the run's (run.ts).
 */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import { LOWERING_VERSION } from '../compiler/lower.ts'
import type { Clock } from '../core/clock.ts'
import { Defect } from '../core/defect.ts'
import { Fault } from '../core/fault.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { createRunId } from '../core/run-id.ts'
import type { JournalRow } from '../store/journal-row.ts'
import {
  type Claim,
  type Definition,
  LEASE_BEAT_MS,
  LEASE_MS,
  type Owner,
  type RunRecord,
  type Store,
} from '../store/store.ts'
import { Budget } from './budget.ts'
import { checkInput } from './check-input.ts'
import { type ChildHost, type OpenedChild, performChild } from './child-run.ts'
import type { Placement } from './placement.ts'
import { type RecoveredRun, recoverRun } from './recovery.ts'
import { Run } from './run.ts'
import type { CreatedData } from './run-event.ts'
import type { RunWatcher } from './run-notice.ts'
import { contextOf } from './scope.ts'
import type { SecretVault } from './secret-vault.ts'
import type { CallPrices } from './worst-case.ts'

export interface HostOptions {
  store: Store
  owner: Owner
  clock: Clock
  placement: Placement
  vault: SecretVault
  /** Compiles a stored definition again. @throws Fault `invalid_input` when it no longer compiles */
  recompile(definition: Definition, models: Record<string, string>): CompiledWorkflow
  /** What calls may cost; default: nobody knows. */
  prices?: CallPrices
  /** How often inboxes are read, in milliseconds; default 250. */
  inboxBeatMs?: number
}

export interface NewRunOptions {
  /** Already checked against the workflow's schema, defaults filled in. */
  input: JsonValue
  models?: Record<string, string>
  env?: JsonObject
  /** Kept with the run, for whoever resumes it. */
  folder?: string
  watch?: RunWatcher
}

export type ResumeResult =
  | { kind: 'resumed'; run: Run }
  | { kind: 'held' | 'ended' | 'queued'; run: RunRecord }
  | { kind: 'missing' }

const INBOX_BEAT_MS = 250

/** A lease counts as fresh a little shorter than it holds, so that clocks need not agree to the millisecond. */
const FRESH_MS = LEASE_MS - 2_000

const NO_PRICES: CallPrices = { worstCase: () => null }

const nobody: RunWatcher = () => {}

/** A view that fails must not take its run with it. */
const isolated =
  (watch: RunWatcher): RunWatcher =>
  (notice) => {
    try {
      watch(notice)
    } catch {
      // Nobody to tell: the view was.
    }
  }

interface Holding {
  workflow: CompiledWorkflow
  claim: Claim
  /** Before the store was asked for it: its lease runs from then on at the earliest. */
  claimedAt: number
  watch: RunWatcher
  /** The run's journal so far. */
  rows: readonly JournalRow[]
  /** Of a child: what its parent may spend as well. */
  above?: Budget | undefined
}

/** What a child takes from its parent. */
interface ChildParent {
  id: string
  env: JsonObject
  budget: Budget | undefined
}

interface HeldRun {
  run: Run
  /** When its lease was last asked for, by our clock. */
  renewedAt: number
}

export class Host {
  readonly #options: HostOptions
  readonly #runs = new Map<string, HeldRun>()
  #stopBeats: (() => void) | undefined

  constructor(options: HostOptions) {
    this.#options = options
  }

  /** Creates a run and starts it. @throws StoreError */
  start(workflow: CompiledWorkflow, options: NewRunOptions): Promise<Run> {
    return this.#create(workflow, { ...options, id: createRunId(this.#options.clock.now()) })
  }

  async #create(
    workflow: CompiledWorkflow,
    {
      id,
      parent,
      input,
      models = {},
      env = {},
      folder,
      watch = nobody,
      above,
    }: NewRunOptions & { id: string; parent?: string; above?: Budget | undefined },
  ): Promise<Run> {
    const { store, clock, owner, vault } = this.#options
    const at = clock.now()
    const data: CreatedData = {
      input: vault.redact(input),
      lowering: LOWERING_VERSION,
      models,
      env: vault.redact(env),
      ...(folder === undefined ? {} : { folder }),
    }
    const created: JournalRow = { seq: 1, at, kind: 'created', path: '', visit: 0, data: data as unknown as JsonValue }
    const definition = toDefinition(workflow)
    const run = {
      id,
      workflow: workflow.name,
      definition: workflow.hash,
      created,
      ...(parent === undefined ? {} : { parent }),
    }
    // Asked for in one turn of the event loop, so that both are one transaction.
    const [, entry] = await Promise.all([store.saveDefinition(definition), store.create(run, owner)])
    if (entry.kind !== 'created')
      throw new Defect(`J2: run '${id}' has no flow and no key: expected it created, got ${entry.kind}`)
    const { claim } = entry
    const held = this.#hold(recoverRun(id, workflow, [created]), {
      workflow,
      claim,
      claimedAt: at,
      watch,
      rows: [],
      above,
    })
    held.start({ isResumed: false })
    return held
  }

  /** Takes over a run that nobody holds and goes on from its last recorded event. @throws StoreError, Fault */
  resume(id: string, { watch = nobody }: { watch?: RunWatcher } = {}): Promise<ResumeResult> {
    return this.#resume(id, { watch, above: undefined })
  }

  async #resume(id: string, { watch, above }: { watch: RunWatcher; above: Budget | undefined }): Promise<ResumeResult> {
    const { store, owner, clock, recompile } = this.#options
    // The store would give it to us a second time, since we hold it already.
    if (this.#runs.has(id)) return this.#describeHeld(id)
    const claimedAt = clock.now()
    const result = await store.claim(id, owner)
    if (result.kind !== 'claimed') return result
    const { claim } = result
    try {
      const definition = await store.loadDefinition(result.run.definition)
      if (definition === undefined)
        throw new Fault('not_found', `the definition of run '${id}' is not in ${store.location}`)
      const rows = await store.readJournal(id)
      const created = rows[0]?.data as unknown as CreatedData | undefined
      const workflow = recompile(definition, created?.models ?? {})
      const messages = (await store.readInbox([claim])).map(({ message }) => message)
      const run = this.#hold(recoverRun(id, workflow, rows), { workflow, claim, claimedAt, watch, rows, above })
      run.start({ isResumed: true, messages })
      return { kind: 'resumed', run }
    } catch (thrown) {
      await store.release(claim)
      throw thrown
    }
  }

  /** Lets go of every run without ending it, so that each can be resumed at once by anyone. */
  async stop(): Promise<void> {
    const runs = [...this.#runs.values()].map(({ run }) => run)
    for (const run of runs) run.leave({ kind: 'left' })
    await Promise.all(runs.map(({ exited, claim }) => exited.then(() => this.#options.store.release(claim))))
  }

  async #describeHeld(id: string): Promise<ResumeResult> {
    const found = await this.#options.store.findRun(id)
    return found.kind === 'found' ? { kind: 'held', run: found.run } : { kind: 'missing' }
  }

  #hold(recovered: RecoveredRun, { workflow, claim, claimedAt, watch, rows, above }: Holding): Run {
    const { store, clock, vault } = this.#options
    const budget = this.#budgetOf(workflow, { rows, above })
    const run = new Run(recovered, {
      workflow,
      claim,
      store,
      clock,
      placement: this.#placementOf({ id: claim.runId, workflow, env: envOf(recovered), budget }),
      vault,
      budget,
      watch: isolated(watch),
      isLeaseFresh: () => clock.now() - held.renewedAt < FRESH_MS,
      renewLease: async () => !(await this.#renew()).has(claim.runId),
    })
    const held: HeldRun = { run, renewedAt: claimedAt }
    this.#runs.set(run.id, held)
    this.#stopBeats ??= this.#startBeats()
    run.exited.then(
      (exit) => {
        this.#drop(run.id)
        // What the store could not write here, somebody may go on with as soon as it can.
        if (exit.kind === 'broken') store.release(claim).catch(() => {})
      },
      () => {},
    )
    return run
  }

  #budgetOf(
    { limits }: CompiledWorkflow,
    { rows, above }: { rows: readonly JournalRow[]; above: Budget | undefined },
  ): Budget | undefined {
    if (limits.costUsd === undefined && limits.tokens === undefined && above === undefined) return undefined
    const budget = new Budget(limits, { prices: this.#options.prices ?? NO_PRICES, parent: above })
    for (const row of rows) budget.recall(row)
    return budget
  }

  /** Child runs are the host's own; everything else is performed where the placement says. */
  #placementOf(parent: ChildParent & { workflow: CompiledWorkflow }): Placement {
    const { placement, clock } = this.#options
    const host: ChildHost = {
      clock,
      open: (id, { workflow, input }) => this.#openChild(id, { child: workflow, input, parent }),
    }
    return {
      perform: (call, context) =>
        call.kind === 'workflow' ? performChild({ parent, call, context }, host) : placement.perform(call, context),
    }
  }

  async #openChild(
    id: string,
    { child, input, parent }: { child: CompiledWorkflow; input: JsonValue; parent: ChildParent },
  ): Promise<OpenedChild> {
    const above = parent.budget
    const resumed = await this.#resume(id, { watch: nobody, above })
    if (resumed.kind === 'resumed') return { kind: 'running', run: resumed.run }
    if (resumed.kind === 'ended') return { kind: 'ended', run: resumed.run }
    if (resumed.kind === 'held' || resumed.kind === 'queued') return { kind: 'held' }
    const checked = await checkInput(child, input)
    return {
      kind: 'running',
      run: await this.#create(child, { id, parent: parent.id, input: checked, env: parent.env, above }),
    }
  }

  #drop(id: string): void {
    this.#runs.delete(id)
    if (this.#runs.size > 0) return
    this.#stopBeats?.()
    this.#stopBeats = undefined
  }

  #startBeats(): () => void {
    const stopLeases = this.#beat(LEASE_BEAT_MS, () => this.#renew())
    const stopInboxes = this.#beat(this.#options.inboxBeatMs ?? INBOX_BEAT_MS, () => this.#readInboxes())
    return () => {
      stopLeases()
      stopInboxes()
    }
  }

  /** Does something again and again, the next time this long after the last one has ended; a store that fails is tried again. */
  #beat(everyMs: number, act: () => Promise<unknown>): () => void {
    const { clock } = this.#options
    let isStopped = false
    const arm = (): (() => void) =>
      clock.wakeAt(clock.now() + everyMs, () => {
        const again = (): void => {
          if (!isStopped) disarm = arm()
        }
        act().then(again, again)
      })
    let disarm = arm()
    return () => {
      isStopped = true
      disarm()
    }
  }

  /** Ids of the runs that turned out to be lost. */
  async #renew(): Promise<Set<string>> {
    const at = this.#options.clock.now()
    const held = [...this.#runs.values()]
    const lost = await this.#options.store.renew(held.map(({ run }) => run.claim))
    for (const one of held) one.renewedAt = at
    for (const { runId } of lost) this.#runs.get(runId)?.run.leave({ kind: 'lost' })
    return new Set(lost.map(({ runId }) => runId))
  }

  async #readInboxes(): Promise<void> {
    const messages = await this.#options.store.readInbox([...this.#runs.values()].map(({ run }) => run.claim))
    for (const { claim, message } of messages) this.#runs.get(claim.runId)?.run.receive(message)
  }
}

const envOf = ({ state }: RecoveredRun): JsonObject => (state.root === undefined ? {} : contextOf(state.root).env)

const toDefinition = ({ hash, name, source, links }: CompiledWorkflow): Definition => ({
  hash,
  workflow: name,
  file: source.file,
  source: source.text,
  links: links as unknown as JsonValue,
})
