/** Zod in a bundle with its English messages alone: its other languages are more code than the rest of it, and we show none of them. */
import type { Plugin } from 'esbuild'

export const englishZod: Plugin = {
  name: 'english-zod',
  setup(build) {
    build.onLoad({ filter: /[/\\]zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js'",
    }))
  },
}
