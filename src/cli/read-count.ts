import { CliError } from './cli-error.ts'

/** The value of an option such as `--limit`; undefined where it is not given. @throws CliError */
export const readCount = (option: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new CliError(`${option} '${text}' is wrong: expected a whole number from 1`)
}
