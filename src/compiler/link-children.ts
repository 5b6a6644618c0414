/** Finds and compiles the workflows that a workflow calls, and checks for recursion and depth. */
import type { Diagnostic, Diagnostics } from './diagnostic.ts'
import type { Located, Workflow } from './document.ts'
import type { LinkReader } from './links.ts'
import type { Parts } from './parts.ts'
import { placeSteps } from './place-steps.ts'
import type { Source } from './source.ts'
import { descriptorOf } from './steps/step-kinds.ts'

/** Maximum depth of nested calls, the first workflow included. */
const DEEPEST_NESTING = 10

export interface LinkChildrenOptions<Child> {
  /** Files of the calling workflows and of this one, outermost first. */
  ancestors: readonly string[]
  links: LinkReader
  diagnostics: Diagnostics
  compileChild(source: Source): Parts<{ compiled: Child | undefined; diagnostics: Diagnostic[] }>
}

/**
 * Returns the compiled children, by the name or path in the calling steps. A missing or broken child is reported and
 * left out.
 */
export function* linkChildren<Child>(
  workflow: Workflow,
  options: LinkChildrenOptions<Child>,
): Parts<ReadonlyMap<string, Child>> {
  const children = new Map<string, Child>()
  const tried = new Set<string>()
  for (const { step } of placeSteps(workflow).values()) {
    const called = descriptorOf(step).child?.(step)
    if (called === undefined || tried.has(called.value)) continue
    tried.add(called.value)
    const child = yield* linkChild(called, options)
    if (child !== undefined) children.set(called.value, child)
  }
  return children
}

function* linkChild<Child>(
  { value: reference, range }: Located<string>,
  { ancestors, links, diagnostics, compileChild }: LinkChildrenOptions<Child>,
): Parts<Child | undefined> {
  const source = links.workflow(reference, ancestors.at(-1) ?? '')
  if (source === undefined) {
    const hint = 'name a workflow of the same folder, or give a path that is relative to this file'
    diagnostics.error('unknown_workflow', range, `there is no workflow '${reference}' here`, hint)
    return undefined
  }
  if (ancestors.includes(source.file)) {
    const circle = [...ancestors.slice(ancestors.indexOf(source.file)), source.file].join(' → ')
    const hint = 'a workflow is pinned by a hash over all that it calls, so it cannot call itself; use a loop'
    diagnostics.error('recursive_workflow', range, `'${reference}' calls itself: ${circle}`, hint)
    return undefined
  }
  if (ancestors.length >= DEEPEST_NESTING) {
    const message = `workflows call each other more than ${DEEPEST_NESTING} deep: ${ancestors.join(' → ')}`
    diagnostics.error('nested_too_deeply', range, message)
    return undefined
  }
  const { compiled, diagnostics: found } = yield* compileChild(source)
  if (compiled === undefined) reportBroken({ reference, source, found }, { range, diagnostics })
  return compiled
}

const reportBroken = (
  { reference, source, found }: { reference: string; source: Source; found: Diagnostic[] },
  { range, diagnostics }: { range: Located<string>['range']; diagnostics: Diagnostics },
): void => {
  const errors = found.filter(({ severity }) => severity === 'error')
  const structural = errors.find(({ code }) => code === 'recursive_workflow' || code === 'nested_too_deeply')
  if (structural !== undefined) {
    // The finding concerns this workflow as much as the child, and a chain of reports would be less clear.
    diagnostics.error(structural.code, range, structural.message, structural.hint ?? undefined)
    return
  }
  const [first] = errors
  const place = first === undefined ? '' : `: ${first.line}:${first.column}: ${first.message}`
  const count = errors.length === 1 ? 'an error' : `${errors.length} errors, the first`
  diagnostics.error(
    'broken_child',
    range,
    `workflow '${reference}' has ${count}${place}`,
    `run 'troupe validate ${source.file}'`,
  )
}
