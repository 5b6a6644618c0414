/** `troupe explain`: what a code means, why it comes up, and what helps. */

import { createCatalogue } from '../../../app/catalogue.ts'
import { findNearest } from '../../../core/nearest.ts'
import { type CodeExplanation, explainCode, listCodes } from '../../../service/explain-code.ts'
import { CliError } from '../../cli-error.ts'
import type { Channel, Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { paintDiagnostic } from '../../paint-diagnostic.ts'
import { renderTable } from '../../table.ts'

export interface ExplainArguments {
  code?: string
  json?: boolean
}

/** The exit code. @throws CliError for a code that does not exist */
export const explain = async ({ stdout }: Context, { code, json = false }: ExplainArguments): Promise<number> => {
  const result = code === undefined ? listCodes() : expectCode(code)
  if (json) stdout.write(`${JSON.stringify(result, null, 2)}\n`)
  else if (Array.isArray(result)) writeList(result, stdout)
  else writeExplanation(result, stdout)
  return EXIT.completed
}

/** As it is written in a message, `error[unknown_field]`, it may be given too. */
const expectCode = (given: string): CodeExplanation => {
  const code = (/\[(\w+)\]/.exec(given)?.[1] ?? given).trim().toLowerCase().replaceAll('-', '_')
  const explanation = explainCode(code, createCatalogue())
  if (explanation !== undefined) return explanation
  const nearest = findNearest(
    code,
    listCodes().map((one) => one.code),
  )
  throw new CliError(`there is no diagnostic and no fault with the code '${given}'`, {
    hint: nearest === undefined ? 'troupe explain lists all codes' : `did you mean '${nearest}'?`,
  })
}

const writeList = (codes: ReturnType<typeof listCodes>, { write, paint }: Channel): void => {
  const lines = renderTable(codes, {
    paint,
    // What a code means must not be left out for want of room: it may fill two lines.
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
