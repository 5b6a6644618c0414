import { html } from 'hono/html'

/** A piece of a page, in which all values are escaped. */
export type Html = ReturnType<typeof html>

/** Shows a description: text between backticks is code. */
export const showText = (text: string): Html =>
  html`${text.split('`').map((part, place) => (place % 2 === 0 ? part : html`<code>${part}</code>`))}`
