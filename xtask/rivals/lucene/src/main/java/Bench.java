import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.Term;
import org.apache.lucene.monitor.MatchingQueries;
import org.apache.lucene.monitor.Monitor;
import org.apache.lucene.monitor.MonitorQuery;
import org.apache.lucene.monitor.MultipassTermFilteredPresearcher;
import org.apache.lucene.monitor.Presearcher;
import org.apache.lucene.monitor.QueryMatch;
import org.apache.lucene.monitor.TermFilteredPresearcher;
import org.apache.lucene.queries.spans.SpanNearQuery;
import org.apache.lucene.queries.spans.SpanQuery;
import org.apache.lucene.queries.spans.SpanTermQuery;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/**
 * Standing queries in Lucene's Monitor, one post after another, text preparation included.
 *
 * <p>Arguments: file of posts, file of queries, how many queries, presearcher (term or multipass),
 * seconds to measure, file to write the matches of the first posts to, how many of these. Prints
 * one JSON object. Only this thread's processor time counts, so neither collecting garbage nor
 * compiling is held against it.
 */
public final class Bench {
  private static final String FIELD = "text";
  private static final int WARM_UP_SECONDS = 3;

  private final Monitor monitor;

  private Bench(Monitor monitor) {
    this.monitor = monitor;
  }

  public static void main(String[] args) throws IOException {
    List<String> posts = lines(args[0], Integer.MAX_VALUE);
    List<MonitorQuery> queries = new ArrayList<>();
    for (String line : lines(args[1], Integer.MAX_VALUE)) {
      if (queries.size() == Integer.parseInt(args[2])) {
        break;
      }
      queries.add(new MonitorQuery(String.valueOf(queries.size()), read(line)));
    }
    IndexSearcher.setMaxClauseCount(1 << 16);
    Analyzer analyzer = new StandardAnalyzer();
    Presearcher presearcher =
        args[3].equals("multipass")
            ? new MultipassTermFilteredPresearcher(2)
            : new TermFilteredPresearcher();
    try (Monitor monitor = new Monitor(analyzer, presearcher)) {
      Bench bench = new Bench(monitor);
      double began = cpu();
      for (int i = 0; i < queries.size(); i += 10_000) {
        monitor.register(queries.subList(i, Math.min(i + 10_000, queries.size())));
      }
      double built = cpu() - began;
      long compared = bench.compare(posts.subList(0, Math.min(posts.size(), Integer.parseInt(args[6]))), args[5]);
      bench.run(posts, WARM_UP_SECONDS);
      began = cpu();
      long done = bench.run(posts, Integer.parseInt(args[4]));
      System.out.printf(
          java.util.Locale.ROOT,
          "{\"built_per_second\": %.1f, \"posts_per_second\": %.3f, \"posts\": %d, \"matches\": %d}%n",
          queries.size() / built, done / (cpu() - began), done, compared);
    }
  }

  /** Posts done in so many seconds. */
  private long run(List<String> posts, int seconds) throws IOException {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    long done = 0;
    while (System.nanoTime() < end) {
      match(posts.get((int) (done % posts.size())));
      done++;
    }
    return done;
  }

  /** Writes which post matched which query. */
  private long compare(List<String> posts, String file) throws IOException {
    long matches = 0;
    try (PrintWriter out = new PrintWriter(file, StandardCharsets.UTF_8)) {
      for (int i = 0; i < posts.size(); i++) {
        for (QueryMatch match : match(posts.get(i)).getMatches()) {
          out.println(i + " " + match.getQueryId());
          matches++;
        }
      }
    }
    return matches;
  }

  private MatchingQueries<QueryMatch> match(String post) throws IOException {
    Document document = new Document();
    document.add(new TextField(FIELD, post, Field.Store.NO));
    return monitor.match(document, QueryMatch.SIMPLE_MATCHER);
  }

  private static double cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
  }

  private static List<String> lines(String file, int most) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(new FileInputStream(file)), StandardCharsets.UTF_8))) {
      return reader.lines().limit(most).toList();
    }
  }

  private static Query read(String line) {
    String[] fields = line.split("\t", -1);
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    for (String group : fields[2].split(";")) {
      List<Query> any = Arrays.stream(group.split(",")).map(Bench::literal).toList();
      if (any.size() == 1) {
        all.add(any.get(0), Occur.MUST);
      } else {
        BooleanQuery.Builder or = new BooleanQuery.Builder();
        any.forEach(query -> or.add(query, Occur.SHOULD));
        all.add(or.build(), Occur.MUST);
      }
    }
    for (String literal : (fields.length > 3 ? fields[3] : "").split(",")) {
      if (!literal.isEmpty()) {
        all.add(literal(literal), Occur.MUST_NOT);
      }
    }
    return all.build();
  }

  private static Query literal(String text) {
    String[] words = text.substring(2).split(" ");
    return switch (text.charAt(0)) {
      case 'p' -> new PhraseQuery(FIELD, words);
      case 'x' -> new PrefixQuery(new Term(FIELD, words[0]));
      case 'n' ->
          new SpanNearQuery(
              new SpanQuery[] {span(words[0]), span(words[1])}, Integer.parseInt(words[2]), false);
      default -> new TermQuery(new Term(FIELD, words[0]));
    };
  }

  private static SpanQuery span(String word) {
    return new SpanTermQuery(new Term(FIELD, word));
  }
}
