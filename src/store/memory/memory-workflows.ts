/** Registered workflows in memory. */
import type { RegisteredWorkflow, WorkflowEntry } from '../registered-workflow.ts'

export class MemoryWorkflows {
  /** By name, newest first. */
  readonly #versions = new Map<string, RegisteredWorkflow[]>()

  register({ workflow, definition, at }: WorkflowEntry): 'new' | 'unchanged' {
    const known = this.listVersions(workflow)
    if (known[0]?.definition === definition) return 'unchanged'
    this.#versions.set(workflow, [{ workflow, definition, version: known.length + 1, registeredAt: at }, ...known])
    return 'new'
  }

  list(): RegisteredWorkflow[] {
    return [...this.#versions.keys()].sort().flatMap((workflow) => this.find(workflow) ?? [])
  }

  listVersions(workflow: string): RegisteredWorkflow[] {
    return [...(this.#versions.get(workflow) ?? [])]
  }

  find(workflow: string): RegisteredWorkflow | undefined {
    return this.#versions.get(workflow)?.[0]
  }
}
