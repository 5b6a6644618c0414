/**
 * The notices of the packages in a bundle: dist/THIRD_PARTY.txt, made from the modules that esbuild has put into it.
 * A package whose licence is not in the list stops the build.
 */
import { readdirSync, readFileSync } from 'node:fs'

/** They allow bundling, as long as their notice goes with the code. */
const PERMISSIVE: ReadonlySet<string> = new Set([
  ...['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'Unlicense'],
])

interface Manifest {
  name: string
  version: string
  license?: string
  author?: string | { name: string }
  homepage?: string
}

const RULE = '─'.repeat(80)

/** @param folders Folders of packages, such as `node_modules/yaml` @throws for a licence that does not allow bundling */
export const renderNotices = (folders: readonly string[]): string => {
  const packages = [...new Set(folders)].sort().map(renderPackage)
  return [`Troupe contains code of ${packages.length} packages. These are their licences.\n`, ...packages].join(
    `\n${RULE}\n\n`,
  )
}

const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/

/** `node_modules/yaml/browser/index.js` → `node_modules/yaml` */
export const toPackageFolders = (sources: readonly string[]): string[] =>
  sources.flatMap((path) => PACKAGE.exec(path)?.[0] ?? [])

const renderPackage = (folder: string): string => {
  const manifest: Manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
  const { name, version, license = 'none', homepage } = manifest
  if (!PERMISSIVE.has(license))
    throw new Error(
      `'${name}' has the licence ${license}: expected one of ${[...PERMISSIVE].join(', ')}. Move it to the dependencies in package.json, so that it is not bundled.`,
    )
  const texts = readTexts(folder)
  const title = [`${name} ${version}`, license, ...(homepage === undefined ? [] : [homepage])].join(', ')
  return `${title}\n\n${texts.length > 0 ? texts.join('\n\n') : describeAuthor(manifest)}\n`
}

const readTexts = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .sort()
    .map((file) => readFileSync(`${folder}/${file}`, 'utf8').replaceAll('\r\n', '\n').trim())

const describeAuthor = ({ author = 'its authors' }: Manifest): string =>
  `Copyright ${typeof author === 'string' ? author : author.name}. The package has no text of its licence.`
