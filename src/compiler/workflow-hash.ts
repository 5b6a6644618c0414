/**
 * The hash that names a workflow: equal hashes mean equal behaviour. It covers the canonical document, the schemas of the tools that
 * the workflow names, and the hashes of the workflows that it calls.
 */
import { hashJson } from '../core/hash.ts'
import { toCanonicalDocument } from './canonical-document.ts'
import type { Catalogue } from './catalogue.ts'
import type { Workflow } from './document.ts'
import type { LinkReader, ToolSchemas } from './links.ts'
import type { StepPlan } from './plan.ts'

/**
 * Version of the computation, kept with each stored workflow. Raise it when a release computes another hash from the same text and the
 * same links, so that a stored workflow of an earlier release is not taken for a changed one.
 */
export const HASHING = 1

export interface HashedWorkflow {
  workflow: Workflow
  tools: Record<string, ToolSchemas>
  /** Hashes of the called workflows, by the name or path in the calling steps. */
  children: ReadonlyMap<string, { hash: string }>
}

export const hashWorkflow = ({ workflow, tools, children }: HashedWorkflow): string => {
  const pinned = Object.fromEntries([...children].map(([reference, { hash }]) => [reference, hash]))
  return hashJson({
    document: toCanonicalDocument(workflow),
    tools,
    ...(children.size === 0 ? {} : { children: pinned }),
  })
}

/** Collects the schemas of the tools that the steps name, by name: as they were stored with the workflow, else as they are today. */
export const linkTools = (
  plans: ReadonlyMap<string, StepPlan>,
  { catalogue: { tools }, links }: { catalogue: Catalogue; links: LinkReader },
): Record<string, ToolSchemas> => {
  const names = [...plans.values()].filter(({ kind }) => kind === 'tool' || kind === 'memory').map(({ actor }) => actor)
  return Object.fromEntries(names.map((name) => [name, links.tool?.(name) ?? schemasOf(tools.get(name))]))
}

const schemasOf = ({ input, output }: Partial<ToolSchemas> = {}): ToolSchemas => ({
  ...(input === undefined ? {} : { input }),
  ...(output === undefined ? {} : { output }),
})
