/**
 * Computes what a workflow may cost before it runs: the bounds of loops, jumps, retries and turns, times the worst case of a call.
 * The worst case is an upper bound for every run whose processes live. Where there is no bound, the forecast gives the reasons.
 */
import { BOUND_RULES } from '../../compiler/bound.ts'
import type { Catalogue } from '../../compiler/catalogue.ts'
import { type CompiledWorkflow, compile } from '../../compiler/compile.ts'
import { readLinks } from '../../compiler/links.ts'
import { placeSteps } from '../../compiler/place-steps.ts'
import type { OpenBlock } from '../../compiler/prove/worst-case.ts'
import { type Proofs, proveWorkflow } from '../../compiler/prove.ts'
import type { StepPlace } from '../../compiler/step-place.ts'
import { isItemFile } from '../../compiler/steps/foreach/item-files.ts'
import { computedBounds } from '../../compiler/steps/step-kinds.ts'
import type { JsonValue } from '../../core/json.ts'
import type { Pricing } from '../../core/pricing.ts'
import { type CostReason, costOfStep, plus, type StepCost, times } from './call-cost.ts'
import { type KnownInput, knownResult, knownValues } from './known-value.ts'

export interface Forecast {
  /** Null: unbounded, or a price is unknown. At most `limitUsd`. */
  worstUsd: number | null
  /** Worst case if `limits.cost_usd` ended no run; its bound of each call still counts. */
  unlimitedUsd: number | null
  /** Cost when nothing fails, and loops repeat as often as they may. */
  smoothUsd: number | null
  limitUsd: number | null
  /** In the worst case; null: unbounded. */
  calls: number | null
  steps: number | null
  /** Steps that call models, child workflows included, in the order of the file. */
  byStep: StepForecast[]
  reasons: (CostReason & { step: string })[]
}

export interface StepForecast {
  step: string
  models: string[]
  /** Highest number of its runs; null: unbounded. */
  entries: number | null
  /** Number of runs for each round of a block that repeats it an unknown number of times; `entries` is null then. */
  perRound: { block: OpenBlock; entries: number } | null
  /** Cost of one entry, with all attempts. */
  each: Pick<StepCost, 'worstUsd' | 'smoothUsd' | 'calls'>
  worstUsd: number | null
  /** How long its answers are cached, in milliseconds; null: not at all. The figures are those without the cache. */
  cacheMs: number | null
}

export interface ForecastOptions {
  catalogue: Catalogue
  pricing: Pricing
  /** Input of the workflow; undefined: not given. */
  input: JsonValue | undefined
  environment: readonly string[]
  /** True when the parent's cost or tokens are limited. Default false. */
  isLimited?: boolean
}

export const forecast = (
  workflow: CompiledWorkflow,
  { proofs, ...given }: ForecastOptions & { proofs: Proofs },
): Forecast => {
  const { costUsd, tokens } = workflow.limits
  const options = { ...given, isLimited: given.isLimited === true || costUsd !== undefined || tokens !== undefined }
  const places = placeSteps(workflow.workflow)
  const counts = new EntryCounts(places, proofs, options)
  const forecasts = [...places.values()].flatMap((place) => forecastStep(place, { workflow, counts, options }))
  const limitUsd = costUsd ?? null
  const unlimitedUsd = sum(forecasts.map((one) => one.worstUsd))
  return {
    worstUsd: limitUsd === null ? unlimitedUsd : Math.min(limitUsd, unlimitedUsd ?? limitUsd),
    unlimitedUsd,
    smoothUsd: sum(
      forecasts.map(({ entries, each }) =>
        each.smoothUsd === 0 ? 0 : entries === null ? null : times(each.smoothUsd, entries),
      ),
    ),
    limitUsd,
    calls: sum(forecasts.map(({ entries, each }) => (entries === null ? null : times(each.calls, entries)))),
    steps: sum([
      proofs.worstCase.steps,
      ...proofs.worstCase.perRound.map(({ block, steps }) => times(counts.roundsOf(block), steps)),
    ]),
    byStep: forecasts,
    reasons: dedupe(forecasts.flatMap(({ reasons }) => reasons)),
  }
}

const dedupe = (reasons: Forecast['reasons']): Forecast['reasons'] => [
  ...new Map(reasons.map((one) => [`${one.step} ${one.message}`, one])).values(),
]

const sum = (numbers: readonly (number | null)[]): number | null =>
  numbers.reduce<number | null>((total, number) => plus(total, number), 0)

type Reasoned = StepForecast & Pick<Forecast, 'reasons'>

const forecastStep = (
  place: StepPlace,
  {
    workflow,
    counts,
    options,
  }: { workflow: CompiledWorkflow; counts: EntryCounts; options: Required<ForecastOptions> },
): Reasoned[] => {
  const { step } = place
  const id = step.id.value
  const plan = workflow.plans.get(id)
  if (plan === undefined) return []
  if (step.kind === 'llm') {
    const { reasons, ...each } = costOfStep(step, plan, { ...options, known: counts.knownAt(place) })
    return [
      toForecast(id, {
        models: [...plan.models],
        each,
        counts,
        reasons: reasons.map((one) => ({ step: id, ...one })),
        cacheMs: step.cacheMs?.value || null,
      }),
    ]
  }
  const child =
    step.kind === 'workflow' && plan.kind === 'workflow' ? workflow.children.get(step.workflow.value) : undefined
  if (child === undefined || child.models.length === 0) return []
  const below = forecastChild(child, options)
  if (below === undefined) return []
  const each = {
    worstUsd: times(below.worstUsd, plan.retry.max),
    smoothUsd: below.smoothUsd,
    calls: times(below.calls, plan.retry.max),
  }
  const reasons = below.reasons.map((one) => ({ ...one, step: `${id} › ${one.step}` }))
  return [toForecast(id, { models: [...child.models], each, counts, reasons, cacheMs: null })]
}

/** The input of a child is unknown: it comes from steps. */
const forecastChild = (child: CompiledWorkflow, options: ForecastOptions): Forecast | undefined => {
  const { catalogue, environment } = options
  const { compiled, proofs } = compile(child.source, {
    catalogue,
    environment,
    links: readLinks(child.links),
    prover: proveWorkflow,
  })
  return compiled && proofs && forecast(compiled, { ...options, input: undefined, proofs })
}

const toForecast = (
  step: string,
  {
    models,
    each,
    counts,
    reasons,
    cacheMs,
  }: Pick<Reasoned, 'models' | 'each' | 'reasons' | 'cacheMs'> & {
    counts: EntryCounts
  },
): Reasoned => {
  const entries = counts.of(step)
  const open = each.worstUsd === 0 ? undefined : counts.openBlockOf(step)
  return {
    step,
    models,
    entries,
    perRound: entries === null ? counts.perRound(step) : null,
    each,
    worstUsd: entries === null ? (each.worstUsd === 0 ? 0 : null) : times(each.worstUsd, entries),
    cacheMs,
    reasons: [...reasons, ...(open === undefined ? [] : [{ step: open.id, ...OPEN_BLOCKS[open.round] }])],
  }
}

/** Counts how often steps run, with the lists that the input makes known. */
class EntryCounts {
  readonly #places: ReadonlyMap<string, StepPlace>
  readonly #entries: Proofs['worstCase']['entries']
  readonly #options: ForecastOptions
  readonly #lists = new Map<string, readonly JsonValue[] | null>()

  constructor(places: ReadonlyMap<string, StepPlace>, { worstCase }: Proofs, options: ForecastOptions) {
    this.#places = places
    this.#entries = worstCase.entries
    this.#options = options
  }

  /** Null: unbounded. */
  of(step: string): number | null {
    const { count = 0, within } = this.#entries.get(step) ?? {}
    return within === undefined ? count : times(this.roundsOf(within), count)
  }

  perRound(step: string): StepForecast['perRound'] {
    const { count = 0, within } = this.#entries.get(step) ?? {}
    return within === undefined ? null : { block: within, entries: count }
  }

  /** The block that makes a step unbounded: the innermost around it whose number of rounds is unknown. */
  openBlockOf(step: string): OpenBlock | undefined {
    const { within } = this.#entries.get(step) ?? {}
    if (within === undefined || this.#countRounds(within) === null) return within
    return this.openBlockOf(within.id)
  }

  /** Number of rounds in all runs of a block together. */
  roundsOf(block: OpenBlock): number | null {
    const entries = this.of(block.id)
    const rounds = this.#countRounds(block)
    return entries === null || rounds === null ? null : entries * rounds
  }

  /** Known values where a step runs: the input, and each item of a list that the input makes known. */
  knownAt({ scopes }: StepPlace): readonly KnownInput[] {
    const { input } = this.#options
    const foreach = scopes.length === 1 ? this.#places.get(scopes[0] ?? '')?.step : undefined
    if (foreach?.kind !== 'foreach') return [{ input }]
    const items = this.#listOf(foreach.id.value) ?? []
    return items.length === 0 ? [{ input }] : items.map((item) => ({ input, names: { [foreach.as.value]: item } }))
  }

  #countRounds({ id, round }: OpenBlock): number | null {
    if (round === 'item') return this.#listOf(id)?.length ?? null
    const step = this.#places.get(id)?.step
    const bound = step && computedBounds(step).find(({ name }) => name === 'max')?.bound
    const [value] = bound === undefined ? [] : knownValues(bound, [this.#options])
    return (value !== undefined && BOUND_RULES.max.read(value)) || null
  }

  #listOf(foreach: string): readonly JsonValue[] | null {
    const known = this.#lists.get(foreach)
    if (known !== undefined) return known
    const step = this.#places.get(foreach)?.step
    const value =
      step?.kind === 'foreach' && !isItemFile(step.items) ? knownResult(step.items, this.#options) : undefined
    const list = Array.isArray(value) ? value : null
    this.#lists.set(foreach, list)
    return list
  }
}

const OPEN_BLOCKS: Readonly<Record<OpenBlock['round'], CostReason>> = {
  item: {
    reason: 'open_list',
    isBounded: false,
    message: 'how many items it has is known only when it runs',
  },
  iteration: {
    reason: 'open_loop',
    isBounded: false,
    message: 'its max is known only when it runs',
  },
}
