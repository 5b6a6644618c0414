/** The files of a foreach: the one that its items come from, and the one that takes its results. */
import { FILE_FORMATS, formatOfPath } from '../../../core/item-file.ts'
import { formatMaxFailures } from '../../../core/max-failures.ts'
import type { StepSites } from '../../check/check-context.ts'
import type { ExpressionChecks } from '../../check/expression-checks.ts'
import { correct } from '../../correction.ts'
import type { Diagnostics } from '../../diagnostic.ts'
import type { StepOf, ValueNode } from '../../document.ts'
import { type Bindings, compileExpression, compileValue } from '../../expression/compile-expression.ts'
import { ANY, NUMBER, objectOf, STRING, type Type } from '../../expression/type.ts'
import { endingOf, type ItemFile } from '../../grammar/item-file-shape.ts'
import { combine, type Evaluate, toMisfit } from '../../link/entry.ts'
import type { MachineContext } from '../../machine-context.ts'

type ForeachStep = StepOf<'foreach'>

export const isItemFile = (items: ForeachStep['items']): items is ItemFile => 'path' in items

/** Output of a foreach whose results are in a file. */
export const SUMMARY: Type = objectOf({ count: NUMBER, failed: NUMBER, path: STRING })

const ROW: Type = objectOf({}, ANY)

interface Checks {
  expressions: ExpressionChecks
  diagnostics: Diagnostics
}

/** Checks the path and the keys that a file takes otherwise than a list. */
export const checkItemFile = (
  step: ForeachStep & { items: ItemFile },
  { perform }: StepSites,
  { expressions, diagnostics }: Checks,
): void => {
  expressions.typed(step.items.path, { name: 'file', type: STRING, words: 'the path of a file' }, perform)
  refuseShare(step, diagnostics)
}

/** How many items a file has is known at its end, when a share would come too late. */
const refuseShare = ({ maxFailures: most }: ForeachStep, diagnostics: Diagnostics): void => {
  if (most?.value.kind !== 'share') return
  const message = `'max_failures' takes no share with a file: expected a number, got ${formatMaxFailures(most.value)}`
  diagnostics.error(
    'wrong_shape',
    most.range,
    message,
    correct('write max_failures: 10', { ...most.range, text: '10' }),
  )
}

/** Checks `yields` and `results_to`: what goes into rows of CSV is an object. */
export const checkResults = (
  step: ForeachStep,
  { perform, inside }: StepSites,
  { expressions, diagnostics }: Checks,
): void => {
  const { yields, resultsTo, onItemError } = step
  if (resultsTo !== undefined) {
    expressions.typed(resultsTo, { name: 'results_to', type: STRING, words: 'the path of a file' }, perform)
    checkEnding(resultsTo, diagnostics)
    refuseSource(step, resultsTo, diagnostics)
  }
  if (yields === undefined) return
  const isRow =
    resultsTo !== undefined && onItemError.value !== 'collect' && formatOfPath(endingOf(resultsTo)) === 'csv'
  if (!isRow) expressions.expression(yields, inside)
  else {
    const hint = `write yields: "{'value': ${yields.text}}", or results_to with the ending .jsonl`
    expressions.typed(yields, { name: 'yields', type: ROW, words: 'an object, as a row of CSV', hint }, inside)
  }
}

const ENDINGS = FILE_FORMATS.map((format) => `.${format}`).join(' or ')

/** An ending that an expression gives is checked in a run. */
const checkEnding = (path: ValueNode, diagnostics: Diagnostics): void => {
  const ending = endingOf(path)
  if (formatOfPath(ending) !== undefined || (path.kind !== 'literal' && !ending.includes('.'))) return
  const { text } = diagnostics.source
  const written = text.slice(path.range.start, path.range.end)
  const [, name = written, quote = ''] = /^(.*?)(?:\.\w*)?(["']?)$/s.exec(written) ?? []
  const meant = `${name}.jsonl${quote}`
  const message = `'results_to' has an ending that says no format: expected ${ENDINGS}, got ${written}`
  diagnostics.error(
    'wrong_shape',
    path.range,
    message,
    correct(`write results_to: ${meant}`, { ...path.range, text: meant }),
  )
}

const refuseSource = ({ items }: ForeachStep, path: ValueNode, diagnostics: Diagnostics): void => {
  if (!isItemFile(items) || path.kind !== 'literal' || items.path.kind !== 'literal') return
  if (path.value !== items.path.value) return
  const message = "'results_to' names the file that the items come from: it would be emptied before they are read"
  diagnostics.error('excluded_keys', path.range, message, 'name another file')
}

/** Evaluates the items, or the paths of files. */
export const compileItems = ({ id, items, resultsTo }: ForeachStep, bindings: Bindings<MachineContext>): Evaluate => {
  const step = id.value
  const source: Record<string, Evaluate> = isItemFile(items)
    ? { file: asPath({ key: 'file', step }, compileValue(items.path, bindings)) }
    : { items: asList(step, compileExpression(items, bindings)) }
  if (resultsTo !== undefined)
    return combine({ ...source, results_to: asResults(step, compileValue(resultsTo, bindings)) })
  return source.items ?? combine(source)
}

const asList =
  (step: string, evaluate: Evaluate): Evaluate =>
  (context) => {
    const items = evaluate(context)
    if (Array.isArray(items)) return items
    throw toMisfit({ key: 'foreach', step, words: 'a list' }, items)
  }

const asPath =
  (place: { key: string; step: string }, evaluate: Evaluate): Evaluate =>
  (context) => {
    const path = evaluate(context)
    if (typeof path === 'string' && path !== '') return path
    throw toMisfit({ ...place, words: 'the path of a file' }, path)
  }

const asResults = (step: string, evaluate: Evaluate): Evaluate => {
  const key = 'results_to'
  const toPath = asPath({ key, step }, evaluate)
  return (context) => {
    const path = toPath(context)
    if (formatOfPath(String(path)) !== undefined) return path
    throw toMisfit({ key, step, words: `a path that ends with ${ENDINGS}` }, path)
  }
}

/** Type of an item of a file. */
export const fileItemType = ({ format }: ItemFile): Type => (format.value === 'csv' ? objectOf({}, STRING) : ANY)
