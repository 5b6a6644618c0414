/**
 * Static proofs: what can be said of every run without running one. Conditions that always come out the same and what follows
 * from that, parallels that can't join, more steps than the limit allows; the number of ways and the longest. For a workflow
 * that has no errors: `validate --strict` asks for it, since what is found may be meant.
 */
import type { CheckContext } from './check/check-context.ts'
import type { NodeSet } from './check/flow-graph.ts'
import { type Diagnostic, Diagnostics } from './diagnostic.ts'
import { checkWays } from './prove/closed-ways.ts'
import { countPaths } from './prove/count-paths.ts'
import { checkDecisions } from './prove/decisions.ts'
import { checkWaiting } from './prove/waiting.ts'
import { findWorstCase, type WorstCase } from './prove/worst-case.ts'

export interface Proofs {
  findings: Diagnostic[]
  /** Distinct ways from the start to an end; loops go round once. */
  paths: bigint
  /** Ids of the steps on the longest of them. */
  longest: string[]
  worstCase: WorstCase
}

export interface ProveOptions {
  /** Where a run can get to, by the form of the workflow. */
  reached: NodeSet
  stepLimit: number
}

/** Handed to the compiler by who wants proofs, so that nobody else loads them. */
export type Prover = (check: CheckContext, options: ProveOptions) => Proofs

export const proveWorkflow: Prover = (check, { reached, stepLimit }) => {
  const findings = new Diagnostics(check.diagnostics.source)
  const decisions = checkDecisions(check, findings)
  const open = checkWays({ check, decisions, reached, findings })
  checkWaiting(check, { open, findings })
  const worstCase = findWorstCase(check, { open, findings, limit: stepLimit })
  return { findings: findings.toList(), worstCase, ...countPaths(check, { closed: decisions.closed, open }) }
}
