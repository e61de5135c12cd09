// The members of a change feed in the order in which ldes-client emits them, one a line, as JSON: its quads as lists
// of terms. Arguments: the address of the feed, the order (none, ascending or descending), and `last` for the last
// versions only.
import { intoConfig, replicateLDES } from "ldes-client";

const [, , url, order, last] = process.argv;
const term = ({ termType, value, language, datatype }) => ({ termType, value, language, datatype: datatype?.value });
const client = replicateLDES(intoConfig({ url, polling: false, lastVersionOnly: last === "last" }), order);
client.on("error", (error) => {
  console.error(error);
  process.exit(1);
});
const reader = client.stream().getReader();
for (let next = await reader.read(); !next.done; next = await reader.read()) {
  const quads = next.value.quads.map((q) => [q.subject, q.predicate, q.object, q.graph].map(term));
  console.log(JSON.stringify({ id: next.value.id.value, quads }));
}
