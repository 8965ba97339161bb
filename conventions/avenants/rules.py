"""What the database holds of avenants, in its own words.

``LAST_SIGNED`` is the avenant whose terms hold: the last one signed. Only it moves a signed
convention, from the values it started from to those it wrote: neither back nor further.
"""

# {id}: the convention's id in the trigger that asks.
LAST_SIGNED = """(
    SELECT max(l.number) FROM conventions_avenant l
    WHERE l.convention_id = {id} AND l.state = 'signed'
)"""

FIXED = """
    IF OLD.state <> 'sent' OR NEW.state NOT IN ('sent', 'signed', 'withdrawn')
       OR to_jsonb(OLD) - ARRAY['state', 'signed_on', 'withdrawn_at', 'withdrawn_by_id',
                                'withdrawn_reason']
          IS DISTINCT FROM
          to_jsonb(NEW) - ARRAY['state', 'signed_on', 'withdrawn_at', 'withdrawn_by_id',
                                'withdrawn_reason']
    THEN
        RAISE EXCEPTION 'Un avenant envoyé ne change plus.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'avenant_fixed';
    END IF;
    RETURN NEW;
"""

STARTS_FROM_WHAT_HOLDS = """
    SELECT CASE
        WHEN c.state <> 'signed' THEN 'La convention n’est pas signée.'
        WHEN ROW(c.amount, c.ends_on, a.table_id, a.fiduciary_id) IS DISTINCT FROM
             ROW(NEW.was_amount, NEW.was_ends_on, NEW.was_table_id, NEW.was_fiduciary_id)
            THEN 'L’avenant ne part pas de la convention en vigueur.'
        WHEN NEW.ends_on > y.closes_on THEN 'L’avenant dépasse la fin du cycle.'
        WHEN NEW.table_id = NEW.was_table_id
             AND NEW.fiduciary_id IS NOT DISTINCT FROM NEW.was_fiduciary_id
            THEN 'L’avenant ne change pas les parties.'
        END
    INTO problem
    FROM conventions_convention c
    JOIN alliances_alliance a ON a.id = c.alliance_id
    JOIN alliances_cycle y ON y.id = a.cycle_id
    WHERE c.id = NEW.convention_id;
    IF NEW.state IN ('sent', 'signed') THEN
        SELECT sum(l.amount) INTO lines FROM conventions_avenanttranche l
        WHERE l.avenant_id = NEW.id AND l.rank IS NOT NULL;
        IF num_nonnulls(NEW.ends_on, NEW.amount, NEW.table_id, lines) = 0 THEN
            problem := 'L’avenant ne change rien.';
        ELSIF (NEW.amount IS NOT NULL OR lines IS NOT NULL)
              AND lines IS DISTINCT FROM coalesce(NEW.amount, NEW.was_amount) THEN
            problem := 'La somme des tranches diffère du montant de l’avenant.';
        END IF;
    END IF;
    IF NEW.state = 'signed' AND (
        (SELECT count(*) FROM conventions_avenantsignatory s
         WHERE s.avenant_id = NEW.id AND s.kind IN ('ministry', 'table')) < 2
        OR EXISTS (SELECT 1 FROM conventions_avenantsignatory s
                   WHERE s.avenant_id = NEW.id AND s.signed_on IS NULL)
        OR NEW.signed_on IS DISTINCT FROM (SELECT max(s.signed_on)
            FROM conventions_avenantsignatory s WHERE s.avenant_id = NEW.id)
    ) THEN
        problem := 'Il manque une signature à cet avenant.';
    END IF;
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION '%', problem
            USING ERRCODE = 'check_violation', CONSTRAINT = 'avenant_starts_from_what_holds';
    END IF;
    RETURN NEW;
"""

APPLIED = f"""
    IF NEW.number = {LAST_SIGNED.format(id="NEW.convention_id")} AND (
        EXISTS (
            SELECT 1 FROM conventions_convention c
            JOIN alliances_alliance a ON a.id = c.alliance_id
            WHERE c.id = NEW.convention_id AND (
                c.amount <> coalesce(NEW.amount, NEW.was_amount)
                OR c.ends_on <> coalesce(NEW.ends_on, NEW.was_ends_on)
                OR (NEW.table_id IS NOT NULL AND ROW(a.table_id, a.fiduciary_id)
                    IS DISTINCT FROM ROW(NEW.table_id, NEW.fiduciary_id))
            )
        )
        OR EXISTS (
            SELECT 1 FROM conventions_avenanttranche l
            WHERE l.avenant_id = NEW.id AND NOT EXISTS (
                SELECT 1 FROM conventions_tranche t
                WHERE t.convention_id = NEW.convention_id
                  AND (l.tranche_id IS NULL OR t.id = l.tranche_id)
                  AND ((l.rank IS NULL AND t.removed_with_id = NEW.id)
                       OR (t.removed_with_id IS NULL
                           AND ROW(t.rank, t.fiscal_year, t.amount, t.waits_for, t.waits_for_year)
                             = ROW(l.rank, l.fiscal_year, l.amount, l.waits_for,
                                   l.waits_for_year)))
            )
        )
    ) THEN
        RAISE EXCEPTION 'Un avenant signé s’applique en entier.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'avenant_applied';
    END IF;
    RETURN NULL;
"""  # noqa: S608

LINES_FIXED = """
    IF EXISTS (
        SELECT 1 FROM conventions_avenant a
        WHERE a.id IN (NEW.avenant_id, OLD.avenant_id) AND a.state <> 'draft'
    ) THEN
        RAISE EXCEPTION 'L’échéancier d’un avenant envoyé ne change plus.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'avenant_line_fixed';
    END IF;
    RETURN coalesce(NEW, OLD);
"""

PARTIES_FIXED = """
    IF EXISTS (
        SELECT 1 FROM conventions_avenant a
        WHERE a.id IN (NEW.avenant_id, OLD.avenant_id) AND a.state <> 'draft'
    ) AND (
        ROW(OLD.avenant_id, OLD.kind, OLD.mrc_id, OLD.organisation_id, OLD.name)
        IS DISTINCT FROM
        ROW(NEW.avenant_id, NEW.kind, NEW.mrc_id, NEW.organisation_id, NEW.name)
        OR EXISTS (SELECT 1 FROM conventions_avenant a
                   WHERE a.id = NEW.avenant_id AND a.state = 'withdrawn')
    ) THEN
        RAISE EXCEPTION 'Les parties d’un avenant envoyé ne changent plus.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'avenantsignatory_fixed';
    END IF;
    RETURN coalesce(NEW, OLD);
"""

# A signed convention moves from what its last avenant started from to what it wrote.
CONVENTION_MOVED_BY_AVENANT = f"""EXISTS (
    SELECT 1 FROM conventions_avenant a
    WHERE a.convention_id = OLD.id AND a.state = 'signed' AND OLD.state = 'signed'
      AND a.number = {LAST_SIGNED.format(id="OLD.id")}
      AND a.was_amount = OLD.amount AND NEW.amount = coalesce(a.amount, OLD.amount)
      AND a.was_ends_on = OLD.ends_on AND NEW.ends_on = coalesce(a.ends_on, OLD.ends_on)
)"""  # noqa: S608

_WAS = "ROW(l.was_rank, l.was_fiscal_year, l.was_amount, l.was_waits_for, l.was_waits_for_year)"
_AFTER = "ROW(l.rank, l.fiscal_year, l.amount, l.waits_for, l.waits_for_year)"
_OLD = "ROW(OLD.rank, OLD.fiscal_year, OLD.amount, OLD.waits_for, OLD.waits_for_year)"
_NEW = "ROW(NEW.rank, NEW.fiscal_year, NEW.amount, NEW.waits_for, NEW.waits_for_year)"
TRANCHE_MOVED_BY_AVENANT = f"""EXISTS (
    SELECT 1 FROM conventions_avenanttranche l
    JOIN conventions_avenant a ON a.id = l.avenant_id
    JOIN conventions_convention c ON c.id = a.convention_id
    WHERE a.convention_id = NEW.convention_id AND a.state = 'signed' AND c.state = 'signed'
      AND a.number = {LAST_SIGNED.format(id="NEW.convention_id")}
      AND CASE TG_OP
          WHEN 'INSERT' THEN l.tranche_id IS NULL AND NEW.removed_with_id IS NULL
                             AND {_AFTER} = {_NEW}
          WHEN 'UPDATE' THEN l.tranche_id = OLD.id AND NEW.id = OLD.id
                             AND NEW.convention_id = OLD.convention_id
                             AND OLD.removed_with_id IS NULL AND {_WAS} = {_OLD}
                             AND ((NEW.removed_with_id IS NULL AND {_AFTER} = {_NEW})
                                  OR (l.rank IS NULL AND NEW.removed_with_id = a.id
                                      AND {_OLD} = {_NEW}))
          ELSE false END
)"""  # noqa: S608

# A convention stays inside its cycle, and takes over the day after the one of the former cycle.
WITHIN_CYCLE = """
    SELECT y.starts_on, y.closes_on, y.follows_id INTO STRICT opens, closes, former
    FROM alliances_alliance a JOIN alliances_cycle y ON y.id = a.cycle_id
    WHERE a.id = NEW.alliance_id;
    IF NEW.starts_on < opens OR NEW.ends_on > closes THEN
        RAISE EXCEPTION 'La convention sort de son cycle.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_within_cycle';
    END IF;
    IF former IS NOT NULL AND NEW.state IN ('sent', 'signed')
       AND (TG_OP = 'INSERT' OR OLD.state IS DISTINCT FROM NEW.state) THEN
        SELECT max(p.ends_on) INTO ended
        FROM conventions_convention p JOIN alliances_alliance a ON a.id = p.alliance_id
        WHERE p.territory_id = NEW.territory_id AND a.cycle_id = former
          AND p.state IN ('signed', 'ended');
        IF ended IS NOT NULL AND NEW.starts_on <> ended + 1 THEN
            RAISE EXCEPTION 'La convention ne commence pas au lendemain de la précédente.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_follows';
        END IF;
    END IF;
    RETURN NEW;
"""
