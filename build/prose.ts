/**
 * `node build/prose.ts`: finds prose that the house style refuses (CONTRIBUTING.md, "Prose") and exits with 1 if there is
 * any. Prints each finding as FILE:LINE, then the counts by folder. `node build/prose.ts src/cli docs` looks only at
 * files whose path holds one of these words.
 */
import { globSync, readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const FILES = ['{src,agents,build,bench,test}/**/*.ts', '{docs,examples}/**/*.{md,yaml,ts}', '{README,ARCHITECTURE}.md']

/** Generated from prices, installed, input of tests, or naming the words that are refused. */
const EXEMPT = /node_modules\/|^test\/fixtures\/|^examples\/expected\/|^(build|test\/build)\/prose\.(test\.)?ts$/

const REFUSED: readonly { pattern: RegExp; in?: RegExp }[] = [
  { pattern: /(?<!\w)(?:nobody|somebody|whoever)(?!\w)/gi },
  { pattern: /\/\*\*[\s*]*(?:What|Of|Whether|Who)(?!\w)/g, in: /\.ts$/ },
]

export interface ProseFinding {
  file: string
  line: number
  /** The word that is refused. */
  word: string
}

export const findProse = (file: string, text: string): ProseFinding[] =>
  REFUSED.filter(({ in: names }) => names?.test(file) ?? true)
    .flatMap(({ pattern }) => [...text.matchAll(pattern)])
    .map((match) => ({ file, line: lineOf(text, match), word: /\w+$/.exec(match[0])?.[0] ?? '' }))
    .sort((a, b) => a.line - b.line)

/** The line of the refused word, which may stand below the line that opens its comment. */
const lineOf = (text: string, { index, 0: found }: RegExpExecArray): number =>
  text.slice(0, index + found.length).split('\n').length

/** The folder of a file, two levels deep: `src/cli`, `docs`, `README.md`. */
const folderOf = (file: string): string => file.split('/').slice(0, -1).slice(0, 2).join('/') || file

export const countByFolder = (findings: readonly ProseFinding[]): [folder: string, count: number][] =>
  [...Map.groupBy(findings, ({ file }) => folderOf(file))]
    .map(([folder, { length }]): [string, number] => [folder, length])
    .sort(([a], [b]) => (a < b ? -1 : 1))

const findProseFiles = (words: readonly string[]): string[] =>
  globSync(FILES, { exclude: ['**/node_modules'] })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !EXEMPT.test(file) && (words.length === 0 || words.some((word) => file.includes(word))))
    .sort()

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const findings = findProseFiles(process.argv.slice(2)).flatMap((file) => findProse(file, readFileSync(file, 'utf8')))
  for (const { file, line, word } of findings) console.log(`${file}:${line}: ${word}`)
  for (const [folder, count] of countByFolder(findings)) console.log(`${String(count).padStart(5)}  ${folder}`)
  console.log(`${findings.length} findings`)
  process.exitCode = findings.length === 0 ? 0 : 1
}
