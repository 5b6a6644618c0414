/** One kind of step: the key that names it, the fields it adds to the common ones, and how the typed step is built. */
import type { Step, StepCommon, StepKind } from '../document.ts'
import type { YamlMap } from '../read/yaml-node.ts'
import type { Fields, PartialOf } from './record-shape.ts'
import type { Place } from './shape.ts'

export interface StepKindGrammar<F extends Fields = Fields> {
  kind: StepKind
  /** One or two sentences for the reference: what it does and what its output is. */
  doc: string
  /** The field whose key is the kind comes first. */
  fields: F
  /** What no field can say alone, such as keys that exclude each other. */
  check?(node: YamlMap, place: Place): void
  /** Undefined: too little of it could be read; a stand-in takes its place. */
  build(values: PartialOf<F>, common: StepCommon): Step | undefined
}

/** Keeps the types of a kind's fields for its `build`, and forgets them for the list of kinds. */
export const stepKind = <F extends Fields>(grammar: StepKindGrammar<F>): StepKindGrammar =>
  grammar as unknown as StepKindGrammar
