/**
 * Why a .NET regular expression cannot be used, or undefined where it can. The syntax is translated just far enough for
 * the browser's own parser to judge it; matching is the engine's business. Source: claims-transformations.md 4.5.
 */
export function regularExpressionProblem(expression: string): string | undefined {
  const problem = unsupported(expression);
  if (problem !== undefined) return problem;
  try {
    new RegExp(translate(expression));
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : "";
    return reason.slice(reason.lastIndexOf(": ") + 2).toLowerCase() || "it cannot be parsed";
  }
}

function unsupported(expression: string): string | undefined {
  const outside = expression.replace(/\\[^G]/g, "").replace(/\[[^\]]*\]/g, "");
  if (outside.includes("\\G")) return "\\G is not supported";
  if (/\(\?\(/.test(outside)) return "conditionals are not supported";
  if (/\(\?[<']\w*-\w+[>']/.test(outside)) return "balancing groups are not supported";
  return undefined;
}

/** Inline options, anchors, atomic groups, named groups in quotes and comments have no form, or another one, here. */
function translate(expression: string): string {
  let names = 0;
  return expression
    .replace(/\(\?#[^)]*\)/g, "")
    .replace(/\(\?[imnsx]*(?:-[imnsx]+)?\)/g, "")
    .replace(/\(\?[imnsx]*-?[imnsx]+:/g, "(?:")
    .replace(/\(\?>/g, "(?:")
    .replace(/\(\?'(\w+)'/g, "(?<$1>")
    .replace(/\(\?<(?![=!])\w+>/g, () => `(?<group${names++}>`)
    .replace(/\\k(?:<\w+>|'\w+')/g, "");
}
