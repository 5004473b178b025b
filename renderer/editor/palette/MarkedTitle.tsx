/** A title with the letters that answered the search in bold. */
export function MarkedTitle(props: { readonly title: string; readonly marks: readonly number[] }) {
  const { title, marks } = props;
  if (marks.length === 0) return <>{title}</>;
  const marked = new Set(marks);
  return (
    <>
      {title.split("").map((character, index) =>
        marked.has(index) ? (
          // Letters have no identity but their place.
          <mark key={index}>{character}</mark>
        ) : (
          character
        ),
      )}
    </>
  );
}
