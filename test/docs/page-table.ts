/** Reads the tables of a page of the documentation, so that tests hold them to the code. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { REPOSITORY_FOLDER } from '../support/child-process.ts'

/** The cells of the table below a heading, without its head. @param file In `docs`. */
export const readTable = (file: string, heading: string): string[][] => {
  const page = readFileSync(join(REPOSITORY_FOLDER, 'docs', file), 'utf8')
  const [, section = ''] = page.split(`\n## ${heading}\n`)
  const [body = ''] = section.split('\n## ')
  const rows = body.split('\n').filter((line) => line.startsWith('|'))
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

/** The words of a cell that are code. */
export const readCode = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)
