/** Grammar of one kind of step: the key that names it, the fields it adds to the common ones, and how the typed step is built. */
import type { Step, StepCommon } from '../document.ts'
import type { YamlMap } from '../read/yaml-node.ts'
import type { Fields, PartialOf } from './record-shape.ts'
import type { Shape, ShapePlace } from './shape.ts'

export interface KindGrammar<F extends Fields = Fields> {
  /** Names the step in messages, with its article: `an llm step`. */
  owner: string
  /** Describes behaviour and output for the reference, in one or two sentences. */
  doc: string
  /** The field whose key is the kind comes first. */
  fields: F
  /** Names that other systems give to this kind, for "did you mean". */
  foreign?: readonly string[]
  /** Keys that belong into the map of another key, by that key: `params: ['temperature']`. */
  inside?: Readonly<Record<string, readonly string[]>>
  /** Keys by the names that other systems give to them. */
  renamed?: Readonly<Record<string, string>>
  /** Keys of other systems for what needs no key here, with what to do instead. */
  needless?: Readonly<Record<string, string>>
  /** Reports what no field can say alone, such as keys that exclude each other. */
  check?(node: YamlMap, place: ShapePlace): void
  /**
   * Builds the typed step. Undefined: too little of it could be read; a stand-in takes its place.
   * Default: the fields as they are, once every required one could be read.
   */
  build?(values: PartialOf<F>, common: StepCommon): Step | undefined
}

/** The grammar of a kind, or for a kind that holds steps a function of the shape of a list of steps. */
export type GrammarSource = KindGrammar | ((steps: Shape<Step[]>) => KindGrammar)

/** Infers the types of the fields for `build`, and forgets them for the table of kinds. */
export const defineGrammar = <F extends Fields>(grammar: KindGrammar<F>): KindGrammar => grammar
