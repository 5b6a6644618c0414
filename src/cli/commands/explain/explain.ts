/** `troupe explain`: shows the meaning, cause and fix of a code. */
import { createCatalogue } from '../../../app/catalogue.ts'
import { type CodeExplanation, explainCode, listCodes } from '../../../service/explain-code.ts'
import { CliError } from '../../cli-error.ts'
import type { Channel, Context } from '../../context.ts'
import { suggest } from '../../option-values.ts'
import { writeJson } from '../../output.ts'
import { paintDiagnostic } from '../../paint.ts'
import { renderTable } from '../../table.ts'

/** @throws CliError for a code that does not exist */
export const explain = async (
  context: Context,
  { code, json = false }: { code?: string; json?: boolean },
): Promise<void> => {
  const result = code === undefined ? listCodes() : expectCode(code)
  if (json) writeJson(context, result)
  else if (Array.isArray(result)) writeList(result, context.stdout)
  else writeExplanation(result, context.stdout)
}

/** Accepts a code as messages show it too: `error[unknown_field]`. */
const expectCode = (given: string): CodeExplanation => {
  const code = (/\[(\w+)\]/.exec(given)?.[1] ?? given).trim().toLowerCase().replaceAll('-', '_')
  const explanation = explainCode(code, createCatalogue())
  if (explanation !== undefined) return explanation
  const codes = listCodes().map((one) => one.code)
  throw new CliError(`there is no diagnostic and no fault with the code '${given}'`, {
    hint: suggest(code, codes, 'troupe explain lists all codes'),
  })
}

const writeList = (codes: ReturnType<typeof listCodes>, { write, paint }: Channel): void => {
  const lines = renderTable(codes, {
    paint,
    // The meaning must not be cut off in a narrow terminal: it may wrap.
    width: Number.POSITIVE_INFINITY,
    columns: [
      { title: 'CODE', text: ({ code }) => code, paint: paint.bold },
      { title: 'KIND', text: ({ kind }) => kind },
      { title: 'MEANING', text: ({ title }) => title },
    ],
  })
  write(`${lines.join('\n')}\n`)
}

const KINDS = {
  diagnostic: 'a finding about a workflow, made before it runs',
  fault: 'a fault: how a step fails at run time',
} as const

const writeExplanation = (
  { code, kind, title, cause, fix, example, finding }: CodeExplanation,
  { write, paint }: Channel,
): void => {
  const parts = [
    `${paint.bold(code)}: ${title}.\n${paint.dim(KINDS[kind])}`,
    `${paint.cyan('Cause:')} ${cause}`,
    `${paint.cyan('Fix:')} ${fix}`,
    ...(example === null ? [] : [`${paint.cyan('Example:')}\n${indent(example)}`]),
    ...(finding === null ? [] : [`${paint.cyan('Troupe says:')}\n${indent(paintDiagnostic(finding, paint))}`]),
  ]
  write(`${parts.join('\n\n')}\n`)
}

const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ')
