/** Chooses the ended runs that a rule deletes. */
import type { KeepRule, SweepRule } from '../maintenance.ts'
import type { RunStatus } from '../run-status.ts'

/** An ended run without a parent. */
export interface EndedRoot {
  /** Keys follow the order in which runs were created. */
  key: number
  workflow: string
  status: RunStatus
  endedAt: number
}

/** Reads the rules that workflows set for themselves. @param newest The hash of a definition, by workflow. */
export const readOwnRules = async (
  newest: ReadonlyMap<string, string>,
  { ofWorkflow }: SweepRule,
): Promise<Map<string, Partial<KeepRule>>> => {
  const own = new Map<string, Partial<KeepRule>>()
  if (ofWorkflow === undefined) return own
  for (const [name, definition] of newest) {
    const rule = await ofWorkflow({ name, definition })
    if (rule !== undefined) own.set(name, rule)
  }
  return own
}

/** Returns the keys of the runs to delete. */
export const chooseSwept = (
  ended: readonly EndedRoot[],
  rule: KeepRule,
  own: ReadonlyMap<string, Partial<KeepRule>> = new Map(),
): number[] => {
  const old: EndedRoot[] = []
  /** Runs that are counted together: by the workflow with its own `keep`, or under null by the rule. */
  const young = new Map<string | null, EndedRoot[]>()
  for (const run of ended) {
    const { completedBefore, failedBefore } = { ...rule, ...own.get(run.workflow) }
    const before = run.status === 'completed' ? completedBefore : failedBefore
    if (before !== null && run.endedAt < before) old.push(run)
    else addTo(young, own.get(run.workflow)?.keep === undefined ? null : run.workflow, run)
  }
  const excess = [...young].flatMap(([workflow, runs]) =>
    pickOldest(runs, (workflow === null ? rule.keep : own.get(workflow)?.keep) ?? Number.POSITIVE_INFINITY),
  )
  return [...old, ...excess].map(({ key }) => key)
}

const addTo = (groups: Map<string | null, EndedRoot[]>, group: string | null, run: EndedRoot): void => {
  const found = groups.get(group)
  if (found === undefined) groups.set(group, [run])
  else found.push(run)
}

/** Returns the runs beyond `keep`. Only times are sorted: a million take 0.1 s, the runs themselves ten times that. */
const pickOldest = (runs: readonly EndedRoot[], keep: number): EndedRoot[] => {
  if (runs.length <= keep) return []
  const times = Float64Array.from(runs, ({ endedAt }) => endedAt).sort()
  const first = keep === 0 ? Number.POSITIVE_INFINITY : (times[times.length - keep] ?? 0)
  const older = runs.filter(({ endedAt }) => endedAt < first)
  const equal = runs.filter(({ endedAt }) => endedAt === first).sort((one, other) => one.key - other.key)
  return [...older, ...equal.slice(0, runs.length - keep - older.length)]
}
