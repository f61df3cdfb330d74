/** What all HTML mails share. `{{> @partial-block }}` is the mail itself. */
export const layout = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{subject}}</title></head>
<body style="margin:0;background:#f5f4f0;color:#1d1d1b;font:16px/1.5 -apple-system,'Segoe UI',Helvetica,Arial,sans-serif">
<div style="max-width:560px;margin:0 auto;padding:32px 16px">
<p style="margin:0 0 16px;font-weight:700;letter-spacing:.02em">{{shop}}</p>
<div style="background:#fff;border-radius:8px;padding:24px 28px">
{{> @partial-block }}
</div>
<p style="margin:16px 0 0;color:#6b6b66;font-size:13px">You get this mail because of something that happened at {{shop}}.</p>
</div>
</body>
</html>
`

/** A button that is a link. */
export const button = `<p style="margin:24px 0"><a href="{{href}}" style="background:#1d1d1b;color:#fff;text-decoration:none;padding:12px 20px;border-radius:6px;display:inline-block">{{label}}</a></p>
<p style="color:#6b6b66;font-size:13px;word-break:break-all">{{href}}</p>
`

/** The lines of an order and their sum. */
export const lines = `<table style="width:100%;border-collapse:collapse;margin:16px 0">
{{#each lines}}<tr><td style="padding:6px 0;border-bottom:1px solid #eceae4">{{quantity}} × {{title}}</td><td style="padding:6px 0;border-bottom:1px solid #eceae4;text-align:right">{{money lineTotal}}</td></tr>
{{/each}}<tr><td style="padding:10px 0;font-weight:700">Total</td><td style="padding:10px 0;font-weight:700;text-align:right">{{money total}}</td></tr>
</table>
`

/** The same in plain text. */
export const linesInText = `{{#each lines}}{{quantity}} x {{title}}: {{money lineTotal}}
{{/each}}Total: {{money total}}
`
