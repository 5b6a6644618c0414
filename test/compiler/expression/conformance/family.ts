/**
 * Cases of the conformance table: what an expression is by CEL's specification. Values are written by hand or follow from a rule that
 * does not ask the evaluator, such as a place in an ascending list or arithmetic on BigInt.
 */
import type { JsonObject, JsonValue } from '../../../../src/core/json.ts'

export const FAULT: unique symbol = Symbol('fault')

export type Case = readonly [expression: string, value: JsonValue | typeof FAULT, bindings?: JsonObject]

export interface Family {
  /** As CEL's own suite names it. */
  name: string
  cases: readonly Case[]
  /** The checker refuses some of the expressions, as their parts have other types than the language lets through. */
  isUnchecked?: true
}

/** JSON text is a literal of the language. */
export const write = (value: JsonValue): string => JSON.stringify(value)

/** All pairs of two lists. */
export const pairs = <A, B>(first: readonly A[], second: readonly B[]): [A, B][] =>
  first.flatMap((a) => second.map((b): [A, B] => [a, b]))

/** All lists of these elements up to a length, the empty one too. */
export const listsOf = <T>(elements: readonly T[], longest: number): T[][] =>
  longest === 0
    ? [[]]
    : [[], ...listsOf(elements, longest - 1).flatMap((rest) => elements.map((element) => [element, ...rest]))].filter(
        (list, index, all) => index === all.findIndex((other) => other.join() === list.join()),
      )
