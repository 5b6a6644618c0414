/** Shows the OpenAPI document to people. */
import { guardRoute, LIST } from './access.ts'
import type { Api } from './routing.ts'

export const addDocsPage = (api: Api, head: Parameters<Api['getOpenAPI31Document']>[0]): void => {
  let page: Promise<{ text: string; policy: string }> | undefined
  api.get('/docs', guardRoute(LIST), async () => {
    page ??= renderPage(api, head)
    const { text, policy } = await page
    return new Response(text, {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      },
    })
  })
}

/** Loaded with the first request: few servers are asked for the page. */
const renderPage = async (api: Api, head: Parameters<Api['getOpenAPI31Document']>[0]) => {
  const [{ showDocument }, { POLICY }] = await Promise.all([
    import('../docs-page/docs-page.ts'),
    import('../docs-page/style.ts'),
  ])
  const document = JSON.parse(JSON.stringify(api.getOpenAPI31Document(head)))
  return { text: await showDocument(document), policy: POLICY }
}
