/** A fold that keeps every question it has asked, so that two folds of the same rows can be compared. */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { OpenEffect, OpenTimer, OpenWait, RunEffect } from '../../runtime/effects/run-effect.ts'
import type { CreatedData } from '../../runtime/run-event.ts'
import { RunState } from '../../runtime/run-state.ts'
import { toRequestHash } from '../../runtime/waits/request-hash.ts'
import type { EventRow } from '../../store/journal-row.ts'
import { Timeline } from './timeline.ts'

export interface FoldStart {
  workflow: CompiledWorkflow
  runId: string
  at: number
  data: CreatedData
}

export class WatchedFold {
  readonly state: RunState
  readonly timeline = new Timeline()
  readonly #workflow: CompiledWorkflow
  /** Every effect that was asked for, by path and visit. */
  readonly #effects = new Map<string, OpenEffect>()
  readonly #timers = new Map<string, OpenTimer>()
  readonly #waits = new Map<string, OpenWait>()

  constructor({ workflow, runId, at, data }: FoldStart) {
    this.#workflow = workflow
    this.state = new RunState(workflow)
    this.state.observe(this.timeline)
    this.timeline.turnTo({ seq: 1, at, kind: 'created', path: '', visit: 0, data })
    this.#keep(this.state.start({ runId, at, data }))
  }

  /** Returns false for an event that fits nothing open. */
  apply(row: EventRow): boolean {
    this.timeline.turnTo(row)
    const effects = this.state.apply(row)
    this.#keep(effects ?? [])
    return effects !== undefined
  }

  /** The question that an event answers, as text: equal questions have equal text. Undefined: there was none. */
  questionOf(row: EventRow): string | undefined {
    const id = toId(row)
    if (row.kind === 'signal') return ''
    if (row.kind === 'outcome') return this.#describe(this.#effects.get(id))
    if (row.kind === 'decision') {
      const wait = this.#waits.get(id)
      return wait?.kind === 'approval' ? toRequestHash(wait) : undefined
    }
    if (row.kind !== 'timer') return undefined
    const { timer } = row.data
    return timer === 'pause' ? '' : this.#timers.get(`${id}:${timer}`)?.dueAt.toString()
  }

  #describe(effect: OpenEffect | undefined): string | undefined {
    if (effect === undefined) return undefined
    const { actor, models, fixed, returns } = this.#workflow.plans.get(effect.step) ?? {}
    return JSON.stringify([effect.input, effect.key, actor, models, fixed, returns])
  }

  #keep(effects: readonly RunEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'perform') this.#effects.set(toId(effect.effect), effect.effect)
      else if (effect.type === 'wait.open') this.#waits.set(toId(effect.wait), effect.wait)
      else if (effect.type === 'timer.start')
        this.#timers.set(`${toId(effect.timer)}:${effect.timer.name}`, effect.timer)
    }
  }
}

const toId = ({ path, visit }: { path: string; visit: number }): string => `${path}#${visit}`
