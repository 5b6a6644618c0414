/**
 * Static proofs: facts about all runs, found without running one. Conditions with a constant result and their
 * consequences, parallels that cannot join, more steps than the limit allows, values that nothing reads; the number of ways and the longest. For a
 * workflow without errors: only `validate --strict` reports them, since the author may have meant them.
 */
import type { CheckContext } from './check/check-context.ts'
import type { NodeSet } from './check/flow-graph.ts'
import { type Diagnostic, Diagnostics } from './diagnostic.ts'
import { checkWays } from './prove/closed-ways.ts'
import { countPaths } from './prove/count-paths.ts'
import { checkDecisions } from './prove/decisions.ts'
import { checkUnused } from './prove/unused.ts'
import { checkWaiting } from './prove/waiting.ts'
import { findWorstCase, type WorstCase } from './prove/worst-case.ts'

export interface Proofs {
  findings: Diagnostic[]
  /** Distinct ways from the start to an end; loops go round once. */
  paths: bigint
  /** Ids of the steps on the longest way. */
  longest: string[]
  worstCase: WorstCase
}

export interface ProveOptions {
  /** Nodes that a run can reach by the structure of the workflow. */
  reached: NodeSet
  stepLimit: number
}

/** Passed to the compiler by callers that want proofs, so that other callers do not load this module. */
export type Prover = (check: CheckContext, options: ProveOptions) => Proofs

export const proveWorkflow: Prover = (check, { reached, stepLimit }) => {
  const findings = new Diagnostics(check.diagnostics.source)
  const decisions = checkDecisions(check, findings)
  const open = checkWays({ check, decisions, reached, findings })
  checkWaiting(check, { open, findings })
  checkUnused(check, { reached, findings })
  const worstCase = findWorstCase(check, { open, findings, limit: stepLimit })
  return { findings: findings.toList(), worstCase, ...countPaths(check, { closed: decisions.closed, open }) }
}
