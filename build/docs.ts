/** `node build/docs.ts`: writes the pages of docs/ that say what the code says. test/build/docs.test.ts holds them equal. */
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { renderCli } from './docs/cli-page.ts'
import { renderErrors } from './docs/errors-page.ts'
import { renderFunctions } from './docs/functions-page.ts'
import { renderPatterns } from './docs/patterns-page.ts'
import { renderTools } from './docs/tools-page.ts'

export const GENERATED_PAGES: readonly { file: string; render: () => string }[] = [
  { file: 'docs/cli.md', render: renderCli },
  { file: 'docs/errors.md', render: renderErrors },
  { file: 'docs/functions.md', render: renderFunctions },
  { file: 'docs/patterns.md', render: renderPatterns },
  { file: 'docs/tools.md', render: renderTools },
]

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const { file, render } of GENERATED_PAGES) {
    writeFileSync(file, render())
    console.log(`${file} is written.`)
  }
}
