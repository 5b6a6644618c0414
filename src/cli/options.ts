/** Arguments and options that several commands take, worded once. */
import type { OptionDeclaration } from './command.ts'

export const RUN = 'a run id, the beginning or end of one, or last'
export const WORKFLOW_FILE = "the workflow's YAML file, or - for standard input"

export const INPUT: OptionDeclaration = ['-i, --input <value>', 'input, as for run; repeatable', 'repeatable']
export const CHANGED_INPUT: OptionDeclaration = [
  '-i, --input <value>',
  'changes to the input, as for run; repeatable',
  'repeatable',
]
export const MODEL: OptionDeclaration = [
  '-m, --model <alias=model>',
  'another model for an alias: alias=provider/name; repeatable',
  'repeatable',
]
export const QUIET: OptionDeclaration = ['-q, --quiet', 'print the output and nothing else']
export const SUBMIT: OptionDeclaration = ['--submit', 'queue it for a server instead of running it here']
export const OF_WORKFLOW: OptionDeclaration = ['--workflow <name>', 'only of this workflow']
export const SINCE: OptionDeclaration = [
  '--since <time>',
  'only since a day (UTC) such as 2026-01-31, a time, or an age such as 7d',
]

/** @param shape Keys of the object, or what else is printed. */
export const json = (shape = 'a JSON object'): OptionDeclaration => ['--json', `print ${shape}`]
export const RESULT_JSON = json('one JSON object on standard output, and nothing else')
export const limit = (about = 'at most this many'): OptionDeclaration => ['--limit <count>', about]
